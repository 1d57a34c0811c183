/** Knowledge: what was learnt about a folder's project, by its sessions and from those who work on it. */
import * as z from 'zod';
import { absolutePath } from './absolute.js';
import { method } from './define.js';

const confidence = z.number().min(0).max(1);
const text = z.string().trim().min(1).max(4000);
const word = z.string().trim().min(1).max(200);
const words = z.array(z.string().max(1000)).max(100);
/** What a tool takes, as JSON Schema. */
const schema = z
  .record(z.string(), z.unknown())
  .refine((value) => JSON.stringify(value).length <= 65_536, 'an object of at most 65536 characters as JSON')
  .nullable()
  .default(null);
const kept = { id: z.uuid(), confidence, createdAt: z.int(), updatedAt: z.int() };

export const Convention = z.object({
  ...kept,
  description: z.string(),
  category: z.string(),
  examples: z.array(z.string()),
});
export type Convention = z.infer<typeof Convention>;
export const Pattern = z.object({
  ...kept,
  type: z.string().describe('Such as `gotcha`: an error, and what ended it; or `dependency`.'),
  description: z.string(),
  context: z.string().nullable(),
});
export type Pattern = z.infer<typeof Pattern>;
export const Skill = z.object({
  ...kept,
  name: z.string(),
  command: z.string(),
  description: z.string().nullable(),
  steps: z.array(z.string()),
  triggers: z.array(z.string()),
});
export type Skill = z.infer<typeof Skill>;
export const Tool = z.object({
  ...kept,
  name: z.string(),
  description: z.string(),
  inputSchema: z.record(z.string(), z.unknown()).nullable(),
  implementationType: z.string(),
  implementationCode: z.string().nullable(),
  triggers: z.array(z.string()),
});
export type Tool = z.infer<typeof Tool>;

export const KnowledgeMetadata = z.object({
  projectName: z.string().nullable(),
  projectPath: z.string().nullable(),
  framework: z.string().nullable(),
  packageManager: z.string().nullable(),
  testRunner: z.string().nullable(),
  linter: z.string().nullable(),
  buildTool: z.string().nullable(),
});
export type KnowledgeMetadata = z.infer<typeof KnowledgeMetadata>;

export const Knowledge = z.object({
  folderId: z.uuid(),
  techStack: z.array(z.string()),
  metadata: KnowledgeMetadata,
  lastScannedAt: z.int().nullable(),
  createdAt: z.int(),
  updatedAt: z.int(),
});
export type Knowledge = z.infer<typeof Knowledge>;

export const KnowledgeKind = z.enum(['convention', 'pattern', 'skill', 'tool']);
export type KnowledgeKind = z.infer<typeof KnowledgeKind>;

/** What each action of `knowledge/update` takes as `data`. */
export const knowledgeActions = {
  add_convention: z.object({
    description: text,
    category: word,
    examples: words.default([]),
    confidence: confidence.default(0.8),
  }),
  add_pattern: z.object({
    type: word,
    description: text,
    context: z.string().max(4000).nullable().default(null),
    confidence: confidence.default(0.7),
  }),
  add_skill: z.object({
    name: word,
    command: text,
    description: z.string().max(4000).nullable().default(null),
    steps: words.default([]),
    triggers: words.default([]),
    confidence: confidence.default(0.7),
  }),
  add_tool: z.object({
    name: word,
    description: text,
    inputSchema: schema,
    implementationType: word.default('command'),
    implementationCode: z.string().max(65_536).nullable().default(null),
    triggers: words.default([]),
    confidence: confidence.default(0.5),
  }),
  update_tech_stack: z.object({ techStack: words }),
  update_metadata: KnowledgeMetadata.partial(),
  scan: z.object({}),
} as const;
export type KnowledgeAction = keyof typeof knowledgeActions;

const folderId = z.uuid().describe('Folder id.');
const Match = z.object({
  type: KnowledgeKind,
  score: z.number().describe('0 to 1.'),
  item: z.looseObject(kept).describe('The convention, pattern, skill or tool.'),
});

export const knowledgeMethods = {
  'knowledge/get': method({
    summary: 'Returns what is known about the project of a folder.',
    effect: 'read',
    concerns: { folder: ['folderId'] },
    params: z.object({
      folderId,
      search: z.string().max(1000).optional().describe('Adds what fits these words best.'),
      type: KnowledgeKind.optional().describe('Only items of this kind.'),
      category: z.string().max(200).optional().describe('Only conventions of this category.'),
    }),
    result: z.object({
      knowledge: Knowledge.nullable().describe('Null as long as nothing is known.'),
      exists: z.boolean(),
      conventions: z.array(Convention),
      patterns: z.array(Pattern),
      skills: z.array(Skill),
      tools: z.array(Tool),
      agentPerformance: z.record(z.string(), z.unknown()),
      searchResults: z.array(Match).optional(),
    }),
    errors: ['NotFound'],
    args: ['folderId'],
    http: 'GET /api/folders/:folderId/knowledge',
    doors: ['cli', 'mcp'],
    example: 'rdv knowledge get work/api --type convention',
  }),

  'knowledge/search': method({
    summary: 'Returns the ten items that fit some words best.',
    effect: 'read',
    concerns: { folder: ['folderId'] },
    params: z.object({
      folderId,
      query: z.string().min(1).max(1000).describe('Words.'),
      limit: z.int().min(1).max(10).default(10).describe('How many at most.'),
    }),
    result: z.object({ results: z.array(Match) }),
    errors: ['NotFound'],
    args: ['folderId', 'query'],
    doors: ['cli', 'mcp'],
    example: 'rdv knowledge search api "how to run the tests"',
  }),

  'knowledge/update': method({
    summary: 'Adds to the knowledge of a folder, or has its project scanned for it.',
    effect: 'write',
    concerns: { folder: ['folderId'] },
    params: z.object({
      folderId,
      action: z
        .string()
        .max(100)
        .describe(`One of ${Object.keys(knowledgeActions).join(', ')}.`),
      data: z.record(z.string(), z.unknown()).default({}).describe('What the action takes; see the types.'),
    }),
    result: z.object({
      knowledge: Knowledge,
      action: z.string(),
      success: z.literal(true),
      itemId: z.uuid().optional(),
    }),
    errors: ['NotFound', 'InvalidParams', 'Conflict', 'Unavailable'],
    args: ['folderId', 'action'],
    http: {
      routes: 'PATCH /api/folders/:folderId/knowledge',
      codes: { action: 'UNKNOWN_ACTION', data: 'INVALID_DATA' },
      spelled: ['data'],
    },
    doors: ['cli', 'mcp'],
    example: `rdv knowledge update api add_skill --data '{"name":"test","command":"npm test"}'`,
  }),

  'knowledge/delete': method({
    summary: 'Forgets one item, or everything known about a folder.',
    effect: 'destroy',
    concerns: { folder: ['folderId'] },
    params: z.object({ folderId, itemId: z.uuid().optional().describe('Only this item.') }),
    result: z.object({ success: z.literal(true), deleted: z.int().describe('Items forgotten.') }),
    errors: ['NotFound'],
    args: ['folderId'],
    http: 'DELETE /api/folders/:folderId/knowledge',
    doors: ['cli', 'mcp'],
    example: 'rdv knowledge delete work/api --item-id 7d0a2c5e',
  }),

  'knowledge/export': method({
    summary: 'Returns the knowledge of a folder as a document, or writes it to a file.',
    effect: 'write',
    params: z.object({
      folderId,
      format: z.enum(['markdown', 'json']).default('markdown').describe('For people, or for programs.'),
      path: absolutePath.optional().describe('The file to write; nothing is written anywhere when absent.'),
      overwrite: z.boolean().default(false).describe('Replace the file if there is one.'),
    }),
    result: z.object({ content: z.string(), path: z.string().nullable() }),
    errors: ['NotFound', 'InvalidParams', 'Conflict', 'Unavailable'],
    args: ['folderId'],
    doors: ['cli'],
    example: 'rdv knowledge export work/api --format markdown --path AGENTS.md',
  }),
};
