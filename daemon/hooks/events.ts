/** Which events of each agent we want to hear of, and from which version on it knows them. */

export const hookedAgents = ['claude', 'codex', 'gemini', 'opencode'] as const;
export type HookedAgent = (typeof hookedAgents)[number];

/** Known to every version of Claude Code that has hooks worth having. */
const CLAUDE = [
  'SessionStart',
  'UserPromptSubmit',
  'PreToolUse',
  'PostToolUse',
  'Notification',
  'PreCompact',
  'SubagentStop',
  'Stop',
  'SessionEnd',
];

/** One of these in its settings, and an older version reads nothing of the whole file. */
const CLAUDE_LATER = [
  'PostToolUseFailure',
  'PermissionRequest',
  'PermissionDenied',
  'SubagentStart',
  'PostCompact',
  'StopFailure',
];

/** The first that knows all of them for certain. */
const CLAUDE_KNOWS: readonly number[] = [2, 1, 100];

/** `version` as it was found, `2.1.233`; undefined when nothing tells it. */
export function claudeEvents(version: string | undefined): string[] {
  return [...CLAUDE, ...(knowsAll(version) ? CLAUDE_LATER : [])];
}

export function knowsAll(version: string | undefined): boolean {
  const parts = version?.split('.').map(Number) ?? [0];
  for (const [at, least] of CLAUDE_KNOWS.entries()) {
    const part = parts[at] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}

/** Those of the first version that takes hooks from its configuration: an older one refuses to start with others. */
export const CODEX = ['SessionStart', 'UserPromptSubmit', 'PreToolUse', 'PermissionRequest', 'PostToolUse', 'Stop'];

/** Not those around each piece of an answer: an agent waits for its hooks. */
export const GEMINI = [
  'SessionStart',
  'BeforeAgent',
  'BeforeTool',
  'AfterTool',
  'Notification',
  'PreCompress',
  'AfterAgent',
  'SessionEnd',
];
