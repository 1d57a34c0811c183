/** Hooks: what rdv writes into the settings of agents, so that these tell what they do; and takes out again. */
import * as z from 'zod';
import { method } from './define.js';

export const HookProvider = z.enum(['claude', 'codex', 'gemini', 'opencode']);
export type HookProvider = z.infer<typeof HookProvider>;

const folderId = z.uuid().describe('Folder id.');

const providers = z.array(z.string().max(50)).min(1).max(20).describe('Agents: claude, codex, gemini, opencode.');

const sessionId = z.uuid().optional().describe('The session whose project it is, where the folder has none.');

const concerns = { folder: ['folderId'], session: ['sessionId'] } as const;

const place = {
  folderId: z.uuid(),
  folderName: z.string(),
  projectPath: z.string().nullable().describe('The project whose settings it is about; null when there is none.'),
};

const HookResult = z.object({
  provider: z.string(),
  success: z.boolean(),
  message: z.string(),
  configPath: z.string().optional().describe('The file that was, or would be, changed.'),
});

const Changed = z.object({ ...place, results: z.array(HookResult), success: z.boolean(), message: z.string() });

/** 200 when all went well, 207 when some did, 500 when none did. */
const statusOf = {
  may: [200, 207, 500] as const,
  of: ({ results }: Readonly<Record<string, unknown>>) => {
    const went = (results as readonly { success: boolean }[]).filter(({ success }) => success).length;
    return went === (results as readonly unknown[]).length ? 200 : went > 0 ? 207 : 500;
  },
};

export const hookMethods = {
  'hook/status': method({
    summary: "Tells which agents' hooks are installed in the project of a folder.",
    effect: 'read',
    concerns,
    params: z.object({ folderId, sessionId }),
    result: z.object({
      ...place,
      hooks: z
        .object({ claude: z.boolean(), codex: z.boolean(), gemini: z.boolean(), opencode: z.boolean() })
        .nullable()
        .describe('Null without a project.'),
      message: z.string().optional(),
    }),
    errors: ['NotFound'],
    args: ['folderId'],
    http: 'GET /api/folders/:folderId/hooks',
    doors: ['cli', 'mcp'],
    example: 'rdv hook status work/api',
  }),

  'hook/install': method({
    summary: "Adds rdv's hooks to the settings of agents in the project of a folder; what is there stays as it is.",
    effect: 'write',
    audit: 'after',
    concerns,
    params: z.object({
      folderId,
      providers,
      sessionId,
    }),
    result: Changed,
    errors: ['NotFound', 'InvalidParams'],
    lock: 'folderId',
    args: ['folderId', 'providers'],
    http: {
      routes: 'POST /api/folders/:folderId/hooks',
      codes: { providers: 'INVALID_PROVIDERS' },
      status: statusOf,
    },
    doors: ['cli'],
    example: 'rdv hook install api claude codex',
  }),

  'hook/remove': method({
    summary: "Takes rdv's hooks out of the settings of agents again.",
    effect: 'write',
    audit: 'after',
    concerns,
    params: z.object({ folderId, providers: providers.optional().describe('All four when absent.'), sessionId }),
    result: Changed,
    errors: ['NotFound', 'InvalidParams'],
    lock: 'folderId',
    args: ['folderId', 'providers'],
    http: {
      routes: 'DELETE /api/folders/:folderId/hooks',
      codes: { providers: 'INVALID_PROVIDERS' },
      status: statusOf,
    },
    doors: ['cli'],
    example: 'rdv hook remove work/api claude',
  }),
};
