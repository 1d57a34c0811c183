/** Preferences: built-in, the user's, and each folder's; what is nearer wins, and every value tells where it is from. */
import * as z from 'zod';
import { absolutePath } from './absolute.js';
import { method, notification } from './define.js';
import { typedByMachines } from './policy.js';
import { DISABLED, variableName, variables } from './variables.js';

const historyLines = z.int().min(0).max(1_000_000);

/** Bounds of each value, set or resolved. */
const values = {
  defaultWorkingDirectory: absolutePath.describe('Where sessions start.'),
  defaultShell: absolutePath.describe('What runs in a session without a command.'),
  startupCommand: z.string().max(65_536).describe('Typed into a new shell once it is quiet; empty for nothing.'),
  theme: z.string().min(1).max(100).describe('Of the terminal in a page.'),
  fontSize: z.int().min(6).max(72).describe('Of the terminal in a page, in pixels.'),
  fontFamily: z.string().min(1).max(200).describe('Of the terminal in a page.'),
  xtermScrollback: historyLines.describe('Scrollback lines of the terminal in a page.'),
  tmuxHistoryLimit: historyLines.describe('Scrollback lines kept of a session.'),
  orchestrator: z
    .enum(['off', 'watch', 'claude', 'codex', 'gemini', 'opencode'])
    .describe(
      'What comes with the first session: no orchestrator, one that watches, or one with that agent living in it.',
    ),
  ...typedByMachines,
};

/** What holds somewhere, complete. */
export const Preferences = z.object({
  ...values,
  environmentVars: z.record(z.string(), z.string()).describe('Variables of every session; none that is disabled.'),
  githubRepoId: z.string().nullable(),
  localRepoPath: z.string().nullable().describe('The repository that worktrees of new sessions are made from.'),
});
export type Preferences = z.infer<typeof Preferences>;
export type PreferenceKey = keyof Preferences;

/** What can be set; null (or not set) inherits. */
const settable = {
  defaultWorkingDirectory: values.defaultWorkingDirectory.nullable(),
  defaultShell: values.defaultShell.nullable(),
  startupCommand: values.startupCommand.nullable(),
  theme: values.theme.nullable(),
  fontSize: values.fontSize.nullable(),
  fontFamily: values.fontFamily.nullable(),
  xtermScrollback: values.xtermScrollback.nullable(),
  tmuxHistoryLimit: values.tmuxHistoryLimit.nullable(),
  orchestrator: values.orchestrator.nullable(),
  deniedCommands: values.deniedCommands.nullable(),
  auditInjectedText: values.auditInjectedText.nullable(),
  environmentVars: variables
    .nullable()
    .describe(
      `Variables of sessions, instead of those set here before; the value \`${DISABLED}\` removes an inherited one.`,
    ),
};
const settableInFolder = {
  ...settable,
  githubRepoId: z.string().min(1).max(200).nullable().describe('The repository on GitHub, by its id there.'),
  localRepoPath: absolutePath.nullable().describe('The repository that worktrees of new sessions are made from.'),
};

const folderId = z.uuid().describe('Folder id.');
const optionalFolder = z.uuid().nullable().optional().describe('Folder id; the user alone when absent.');

export const UserSettings = z.object({
  userId: z.string(),
  ...settable,
  activeFolderId: z.uuid().nullable().describe('The folder new sessions go into in the front end.'),
  pinnedFolderId: z.uuid().nullable().describe('Stays the active one whichever session is looked at.'),
  autoFollowActiveSession: z
    .boolean()
    .describe('For the front end: the active folder is that of the session looked at.'),
  orchestratorFirstMode: z.boolean().describe('For the front end: orchestrators come first.'),
  updatedAt: z.int().describe('0 when nothing is set.'),
});
export type UserSettings = z.infer<typeof UserSettings>;

export const FolderPreferences = z.object({
  folderId: z.uuid(),
  userId: z.string(),
  ...settableInFolder,
  updatedAt: z.int().describe('0 when nothing is set.'),
});
export type FolderPreferences = z.infer<typeof FolderPreferences>;

export const Source = z.object({
  type: z.enum(['default', 'user', 'folder']).describe('Built-in, the user, or a folder.'),
  folderId: z.uuid().optional(),
  folderName: z.string().optional(),
});
export type Source = z.infer<typeof Source>;

export const PortConflict = z.object({
  port: z.int(),
  variableName: z.string(),
  conflictingFolder: z.object({ id: z.uuid(), name: z.string() }),
  conflictingVariableName: z.string(),
  suggestedPort: z.int().nullable().describe('The next port no folder uses; null when there is none.'),
});
export const PortValidation = z.object({ conflicts: z.array(PortConflict), hasConflicts: z.boolean() });
export type PortValidation = z.infer<typeof PortValidation>;

const optional = <T extends Record<string, z.ZodType>>(shape: T) =>
  Object.fromEntries(Object.entries(shape).map(([key, type]) => [key, type.optional()])) as {
    [K in keyof T]: z.ZodOptional<T[K]>;
  };

const anyValue = z.union([z.string(), z.int(), z.boolean(), z.array(z.string()), z.null()]);

export const preferenceMethods = {
  'preference/get': method({
    summary: 'Returns what the user and each folder have set.',
    effect: 'read',
    params: z.object({}),
    result: z.object({
      userSettings: UserSettings,
      folderPreferences: z.array(FolderPreferences),
      folders: z.array(z.object({ id: z.uuid(), parentId: z.uuid().nullable(), name: z.string() })),
      activeFolder: z
        .object({ id: z.uuid(), name: z.string() })
        .nullable()
        .describe('The pinned one before the active one.'),
    }),
    http: 'GET /api/preferences',
    doors: ['cli', 'mcp'],
    example: 'rdv preference get --json',
  }),

  'preference/set': method({
    summary: 'Sets what is given for the user; null goes back to what is built in.',
    effect: 'write',
    params: z.object({
      ...optional(settable),
      activeFolderId: UserSettings.shape.activeFolderId.optional(),
      pinnedFolderId: UserSettings.shape.pinnedFolderId.optional(),
      autoFollowActiveSession: UserSettings.shape.autoFollowActiveSession.optional(),
      orchestratorFirstMode: UserSettings.shape.orchestratorFirstMode.optional(),
    }),
    result: UserSettings,
    errors: ['InvalidParams', 'NotFound'],
    http: 'PATCH /api/preferences',
    doors: ['cli', 'mcp'],
    example: 'rdv preference set --default-shell /usr/bin/fish',
  }),

  'preference/activate': method({
    summary: 'Makes a folder the active one, or pins it.',
    effect: 'write',
    params: z.object({
      folderId: z.uuid().nullable().describe('Folder id; null for none.'),
      pinned: z
        .boolean()
        .default(false)
        .describe('Keep it active whichever session is looked at; otherwise none is pinned any more.'),
    }),
    result: UserSettings,
    errors: ['NotFound'],
    args: ['folderId'],
    http: 'POST /api/preferences/active-folder',
    doors: ['cli'],
    example: 'rdv preference activate work --pinned',
  }),

  'preference/getFolder': method({
    summary: 'Returns what a folder itself has set; null when it has set nothing.',
    effect: 'read',
    concerns: { folder: ['folderId'] },
    params: z.object({ folderId }),
    result: z.object({ preferences: FolderPreferences.nullable() }),
    errors: ['NotFound'],
    args: ['folderId'],
    http: { routes: 'GET /api/preferences/folders/:folderId', answer: 'preferences' },
    doors: ['cli', 'mcp'],
    example: 'rdv preference get-folder work',
  }),

  'preference/setFolder': method({
    summary: 'Sets what is given for a folder and all below it; null inherits again.',
    effect: 'write',
    params: z.object({ folderId, ...optional(settableInFolder) }),
    result: z.object({
      preferences: FolderPreferences,
      portValidation: PortValidation.describe('Ports are stored also where they are in conflict.'),
    }),
    errors: ['InvalidParams', 'NotFound'],
    args: ['folderId'],
    http: { routes: 'PUT /api/preferences/folders/:folderId', answer: 'preferences' },
    doors: ['cli', 'mcp'],
    example: 'rdv preference set-folder api --startup-command "nvm use"',
  }),

  'preference/clearFolder': method({
    summary: 'Makes a folder inherit everything again.',
    effect: 'destroy',
    params: z.object({ folderId }),
    result: z.object({ success: z.literal(true) }),
    errors: ['NotFound'],
    args: ['folderId'],
    http: 'DELETE /api/preferences/folders/:folderId',
    doors: ['cli'],
    example: 'rdv preference clear-folder work',
  }),

  'preference/setVariables': method({
    summary: 'Sets variables of the sessions in a folder, or of all sessions, and leaves the others as they are.',
    effect: 'write',
    params: z.object({
      folderId: optionalFolder,
      variables: variables.describe(`Values by name; \`${DISABLED}\` removes an inherited one.`).default({}),
      unset: z.array(variableName).max(1000).default([]).describe('Names that are no longer set here.'),
    }),
    result: z.object({
      variables: z.record(z.string(), z.string()).describe('All that are set here now.'),
      portValidation: PortValidation,
    }),
    errors: ['InvalidParams', 'NotFound'],
    doors: ['cli'],
    example: 'rdv preference set-variables --folder-id api --variables PORT=3010',
  }),

  'preference/environment': method({
    summary: 'Returns the variables of sessions in a folder, each with where it is from.',
    effect: 'read',
    concerns: { folder: ['folderId'] },
    params: z.object({ folderId }),
    result: z.object({
      variables: z.record(z.string(), z.string()).describe('What sessions get.'),
      details: z.array(
        z.object({
          key: z.string(),
          value: z.string().describe('Of one that is disabled: what it would be; empty if nothing was inherited.'),
          source: Source,
          isDisabled: z.boolean(),
          isOverridden: z.boolean().describe('Whether it takes the place of an inherited one.'),
          originalValue: z.string().optional().describe('The inherited value it takes the place of.'),
          originalSource: Source.optional(),
        }),
      ),
      disabledKeys: z.array(z.string()),
    }),
    errors: ['NotFound'],
    args: ['folderId'],
    http: 'GET /api/preferences/folders/:folderId/environment',
    doors: ['cli', 'mcp'],
    example: 'rdv preference environment work',
  }),

  'preference/validatePorts': method({
    summary: 'Tells which ports of these variables another folder of the user has.',
    effect: 'read',
    concerns: { folder: ['folderId'] },
    params: z.object({ folderId, environmentVars: variables.describe('Variables to look at.') }),
    result: PortValidation,
    errors: ['NotFound'],
    args: ['folderId'],
    http: 'POST /api/preferences/folders/:folderId/validate-ports',
    doors: ['cli'],
    example: 'rdv preference validate-ports work --environment-vars PORT=3000',
  }),

  'preference/explain': method({
    summary: 'Returns every value that holds for a session, where it is from, and what it hides.',
    effect: 'read',
    params: z.object({ folderId: optionalFolder }),
    result: z.object({
      preferences: Preferences,
      keys: z.array(
        z.object({
          key: z.string().describe('A preference, or `environmentVars.NAME`.'),
          value: anyValue.describe('Null for none, and for a variable that is disabled.'),
          source: Source,
          hides: z
            .array(z.object({ value: anyValue, source: Source }))
            .describe('What was set further away, the nearest first.'),
        }),
      ),
    }),
    errors: ['NotFound'],
    args: ['folderId'],
    doors: ['cli', 'mcp'],
    example: 'rdv preference explain api',
  }),
};

const seq = z.int().describe('Place in the event journal.');
const at = z.int().describe('Unix ms.');

export const preferenceNotifications = {
  'preference/changed': notification({
    summary: 'Preferences of the user, or of a folder, were set.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({ seq, at, folderId: z.uuid().nullable().describe('Null for the user.') }),
  }),
};
