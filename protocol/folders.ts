/** Folders: where sessions are filed, to any depth; what is set on one holds for all below it. */
import * as z from 'zod';
import { absolutePath } from './absolute.js';
import { method, notification } from './define.js';
import { Preferences } from './preferences.js';
import { Project } from './projects.js';
import { Session } from './session.js';

export const Folder = z.object({
  id: z.uuid(),
  userId: z.string(),
  parentId: z.uuid().nullable().describe('Null at the root.'),
  name: z.string(),
  path: z
    .string()
    .nullable()
    .describe('The project directory; sessions of the folder start there unless told otherwise.'),
  collapsed: z.boolean().describe('Shown without its children.'),
  sortOrder: z.int().describe('Siblings stand in this order; it may have gaps.'),
  createdAt: z.int(),
  updatedAt: z.int(),
});
export type Folder = z.infer<typeof Folder>;

const id = z.uuid().describe('Folder id.');
const name = z.string().trim().min(1).max(200);
const parentId = z.uuid().nullable().optional();
const path = absolutePath.nullable().optional();
const success = z.object({ success: z.literal(true) });

export const folderMethods = {
  'folder/list': method({
    summary: 'Lists folders, and which session lies in which.',
    effect: 'read',
    concerns: {},
    params: z.object({}),
    result: z.object({
      folders: z.array(Folder).describe('A parent before its children, siblings in order.'),
      sessionFolders: z
        .record(z.string(), z.string())
        .describe('Folder id by the id of each open session that has one.'),
    }),
    http: 'GET /api/folders',
    doors: ['cli', 'mcp'],
    example: 'rdv folder list',
  }),

  'folder/create': method({
    summary: 'Makes a folder, as the last of its siblings.',
    effect: 'write',
    concerns: { folder: ['parentId'], place: 'parentId' },
    params: z.object({
      name: name.describe('What people see; need not be unique.'),
      parentId: parentId.describe('The folder it goes into; the root when absent.'),
      path: path.describe('Its project directory.'),
    }),
    result: Folder,
    errors: ['NotFound'],
    args: ['name'],
    http: { routes: 'POST /api/folders', status: 201 },
    doors: ['cli', 'mcp'],
    example: 'rdv folder create api --path ~/src/api',
  }),

  'folder/get': method({
    summary: 'Returns one folder.',
    effect: 'read',
    concerns: { folder: ['id'] },
    params: z.object({ id }),
    result: Folder,
    errors: ['NotFound'],
    args: ['id'],
    http: 'GET /api/folders/:id',
    doors: ['cli', 'mcp'],
    example: 'rdv folder get work/api',
  }),

  'folder/update': method({
    summary: 'Changes what is given of a folder: its name, path, place, parent, or whether it is shown collapsed.',
    effect: 'write',
    concerns: { folder: ['id', 'parentId'] },
    params: z.object({
      id,
      name: name.optional().describe('Another name.'),
      collapsed: z.boolean().optional().describe('Show it without its children.'),
      sortOrder: z
        .int()
        .min(0)
        .max(1_000_000)
        .optional()
        .describe('Its place among its siblings, from 0; the last where there are not so many.'),
      path: path.describe('Another project directory; null for none.'),
      parentId: parentId.describe('Move it into this folder; null for the root. Not into itself or below.'),
    }),
    result: Folder,
    errors: ['NotFound', 'InvalidParams'],
    args: ['id'],
    http: 'PATCH /api/folders/:id',
    doors: ['cli', 'mcp'],
    example: 'rdv folder update api --name backend',
  }),

  'folder/delete': method({
    summary:
      'Removes a folder: its children move to its parent, its sessions live on unfiled, its preferences and knowledge go.',
    effect: 'destroy',
    concerns: { folder: ['id'] },
    params: z.object({ id }),
    result: success,
    errors: ['NotFound'],
    args: ['id'],
    http: 'DELETE /api/folders/:id',
    doors: ['cli', 'mcp'],
    example: 'rdv folder delete work/api',
  }),

  'folder/reorder': method({
    summary: 'Puts folders in the given order among their siblings; nothing changes when one of them does not exist.',
    effect: 'write',
    concerns: { folder: ['folderIds'] },
    params: z.object({
      folderIds: z.array(z.uuid()).min(1).max(10_000).describe('Folder ids, each once.'),
    }),
    result: success,
    errors: ['InvalidParams'],
    args: ['folderIds'],
    http: 'POST /api/folders/reorder',
    doors: ['cli'],
    example: 'rdv folder reorder work play',
  }),

  'folder/children': method({
    summary: 'Lists the folders directly in a folder.',
    effect: 'read',
    concerns: { folder: ['id'] },
    params: z.object({ id }),
    result: z.object({ folders: z.array(Folder) }),
    errors: ['NotFound'],
    args: ['id'],
    http: 'GET /api/folders/:id/children',
    doors: ['cli', 'mcp'],
    example: 'rdv folder children work',
  }),

  'folder/context': method({
    summary: 'Returns everything about a folder: what holds in it, its project, its relatives, its sessions.',
    effect: 'read',
    concerns: { folder: ['id'] },
    params: z.object({ id }),
    result: z.object({
      folder: Folder,
      preferences: Preferences.describe('As resolved for a session made in it.'),
      projectMetadata: Project.nullable(),
      children: z.array(Folder),
      parentChain: z.array(Folder).describe('Its parent first, the root ancestor last.'),
      sessions: z.array(Session).describe('Open ones, in tab order.'),
    }),
    errors: ['NotFound'],
    args: ['id'],
    http: 'GET /api/folders/:id/context',
    doors: ['cli', 'mcp'],
    example: 'rdv folder context work/api',
  }),
};

const seq = z.int().describe('Place in the event journal.');
const at = z.int().describe('Unix ms.');

export const folderNotifications = {
  'folder/created': notification({
    summary: 'A folder was made.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({ seq, at, folder: Folder }),
  }),
  'folder/changed': notification({
    summary: 'A folder was renamed, moved or otherwise changed.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({ seq, at, folder: Folder }),
  }),
  'folder/deleted': notification({
    summary: 'A folder was removed; its children and sessions have each changed before.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({ seq, at, folder: Folder }),
  }),
};
