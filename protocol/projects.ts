/** Projects: what kind of code lies in a folder's directory, found out in the background. */
import * as z from 'zod';
import { method, notification } from './define.js';

export const Project = z.object({
  folderId: z.uuid(),
  path: z.string().describe('The directory that was looked at.'),
  state: z
    .enum(['pending', 'enriching', 'enriched', 'stale', 'failed'])
    .describe(
      'Waiting for its turn, being looked at, known, known but old (24 h, or another path since), or not readable.',
    ),
  error: z.string().nullable().describe('Why it failed.'),
  languages: z.array(z.object({ name: z.string(), files: z.int(), percent: z.number() })).describe('Most files first.'),
  primaryLanguage: z.string().nullable(),
  category: z.enum(['web', 'api', 'cli', 'library', 'mobile', 'desktop', 'data', 'infrastructure', 'unknown']),
  framework: z.string().nullable(),
  packageManager: z.string().nullable(),
  dependencies: z.array(z.object({ name: z.string(), version: z.string().nullable(), dev: z.boolean() })),
  testRunner: z.string().nullable(),
  linter: z.string().nullable(),
  buildTool: z.string().nullable(),
  ci: z.array(z.string()).describe('Continuous integration services it has files for.'),
  isMonorepo: z.boolean(),
  git: z
    .object({
      remote: z.string().nullable().describe('Without user and password.'),
      defaultBranch: z.string().nullable(),
    })
    .nullable()
    .describe('Null when it is no repository.'),
  suggestedCommands: z
    .array(z.object({ label: z.string(), command: z.string() }))
    .describe('To install, start, test or build it.'),
  truncated: z.boolean().describe('True when it has more files or dependencies than are looked at.'),
  detectedAt: z.int().nullable(),
});
export type Project = z.infer<typeof Project>;

const folderId = z.uuid().describe('Folder id.');

export const projectMethods = {
  'project/get': method({
    summary: 'Returns what is known of the project in a folder.',
    effect: 'read',
    concerns: { folder: ['folderId'] },
    params: z.object({ folderId }),
    result: Project,
    errors: ['NotFound'],
    args: ['folderId'],
    doors: ['cli', 'mcp'],
    example: 'rdv project get work/api',
  }),

  'project/detect': method({
    summary: 'Looks at the project in a folder again.',
    effect: 'write',
    concerns: { folder: ['folderId'] },
    params: z.object({
      folderId,
      wait: z.boolean().default(true).describe('Return when it is known; otherwise at once.'),
    }),
    result: Project,
    errors: ['NotFound', 'Conflict', 'Unavailable'],
    args: ['folderId'],
    doors: ['cli', 'mcp'],
    example: 'rdv project detect work/api',
  }),

  'project/list': method({
    summary: 'Lists projects by path.',
    effect: 'read',
    params: z.object({}),
    result: z.object({ projects: z.array(Project) }),
    doors: ['cli', 'mcp'],
    example: 'rdv project list',
  }),

  'project/refresh': method({
    summary: 'Has every project that is stale or failed looked at again, in the background.',
    effect: 'write',
    params: z.object({}),
    result: z.object({ queued: z.int() }),
    doors: ['cli', 'mcp'],
    example: 'rdv project refresh',
  }),
};

const seq = z.int().describe('Place in the event journal.');
const at = z.int().describe('Unix ms.');

export const projectNotifications = {
  'project/detected': notification({
    summary: 'A project is known, or could not be read.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({ seq, at, project: Project }),
  }),
};
