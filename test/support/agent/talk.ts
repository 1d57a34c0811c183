/** What a test says to a fake agent and what that tells the test: lines of JSON on a unix socket of the test. */

export type Plays = 'claude' | 'codex' | 'gemini' | 'opencode';

export type DialogKind = 'permission' | 'question' | 'trust' | 'login' | 'plan' | 'bypass';

/** What happens once a prompt is submitted, or when the test says `work`. */
export interface Turn {
  /** It ends by itself after so long; absent: when the test says so. */
  readonly ms?: number;
  /** A tool it says it runs, as `Bash(npm test)`. */
  readonly tool?: string;
  /** A program really run as that tool; it ends with the turn. */
  readonly run?: readonly string[];
  /** Lines of output, one with each tick of the spinner. */
  readonly lines?: readonly string[];
  /** The dialog it ends in; absent: the prompt box. */
  readonly then?: DialogKind;
}

/** Ways in which an agent differs from what one expects of it; each stays until another value is set. */
export interface Quirks {
  /** So many Enters in the composer do nothing. */
  readonly dropEnters?: number;
  /** So many pastes never arrive in the composer. */
  readonly swallowPastes?: number;
  /** What is typed or pasted is seen only after so long. */
  readonly echoLateMs?: number;
  /** An Enter sooner than this after the last of a paste is a line feed, as in agents that guess pastes by speed. */
  readonly enterTooSoonMs?: number;
  /** A dialog comes so long after the next paste. */
  readonly dialogAfterPaste?: { readonly kind: DialogKind; readonly ms: number };
  /** The next Enter leads to a dialog and not to a turn; the prompt is kept in the composer. */
  readonly dialogForTurn?: DialogKind;
  /** The program is replaced by another one so long after the next paste. */
  readonly respawnAfterPaste?: number;
  /** A turn shows nothing of it until so long after. */
  readonly busyLateMs?: number;
  /** Turns show no sign of it at all. */
  readonly neverBusy?: boolean;
  /** Long pastes are shown as `[Pasted text #1 +m lines]`; true unless said. */
  readonly pastedPlaceholder?: boolean;
  /** What the composer shows while it is empty. */
  readonly placeholder?: string;
  /** The turn of every prompt. */
  readonly turn?: Turn;
  /** A program run with `<agent> <event>` behind it and the event's JSON on stdin, as a hook is. */
  readonly hook?: readonly string[];
}

export type Command =
  | { readonly do: 'idle' }
  | { readonly do: 'work'; readonly turn?: Turn }
  /** The spinner turns for ever and nothing else does: neither clock nor counter. */
  | { readonly do: 'spin' }
  /** It works and prints nothing at all any more. */
  | { readonly do: 'silent' }
  | { readonly do: 'ask'; readonly kind: DialogKind; readonly text?: string; readonly options?: readonly string[] }
  | { readonly do: 'limited'; readonly until: string }
  | { readonly do: 'authFailed' }
  | { readonly do: 'print'; readonly text: string }
  /** Bytes as they are, behind the program's back; `data` is base64. */
  | { readonly do: 'raw'; readonly data: string }
  | { readonly do: 'draft'; readonly text: string }
  | { readonly do: 'background'; readonly run: readonly string[] }
  | { readonly do: 'quirks'; readonly quirks: Quirks }
  | { readonly do: 'respawn' }
  | { readonly do: 'exit'; readonly code: number };

export type State = 'idle' | 'working' | 'asking' | 'limited' | 'authFailed';

export type Report = (
  | { readonly told: 'hello'; readonly pid: number; readonly plays: Plays }
  /** Exactly what was read, base64. */
  | { readonly told: 'read'; readonly data: string }
  /** What stood between the brackets of a paste, base64. */
  | { readonly told: 'pasted'; readonly data: string }
  | { readonly told: 'swallowed'; readonly what: 'enter' | 'paste' }
  | { readonly told: 'submitted'; readonly text: string }
  | { readonly told: 'chosen'; readonly kind: DialogKind; readonly option: string }
  /** A dialog was open when this was read; base64. */
  | { readonly told: 'intoDialog'; readonly data: string }
  | { readonly told: 'cancelled'; readonly what: 'turn' | 'dialog' }
  | { readonly told: 'state'; readonly state: State }
  | { readonly told: 'done'; readonly what: Command['do'] }
) & { readonly life: number };

/** How a report is made, before the program says which life of it this was. */
export type Telling = Report extends infer R ? (R extends unknown ? Omit<R, 'life'> : never) : never;
