/** What is known of one agent: the rules that read its screen, and how it is talked to. Data, which people may add to. */
import type { AgentProgram, BlockedKind } from '#protocol';

/** Which programs have rules of their own; `shell` stands for all others. */
export type Provider = AgentProgram;

/**
 * `busy` and the rest are positive. `awaited`: a shell stands where an agent is to be started. `doubt` is what looks
 * like a question to nobody knows whom: it speaks for nothing, and against every conclusion that the agent is idle which
 * the screen does not bear out.
 */
export type Says =
  | 'exited'
  | 'blocked'
  | 'busy'
  | 'limited'
  | 'auth_failed'
  | 'done'
  | 'awaited'
  | 'idle'
  | 'doubt'
  | 'nothing';

/** How a prompt box is drawn: between ruled lines or in a frame; behind a bar; bare; or where a shell's cursor is. */
export type BoxKind = 'ruled' | 'bar' | 'bare' | 'cursor';

export interface Manifest {
  readonly provider: Provider;
  /** Base names of programs that are this agent. */
  readonly programs: readonly string[];
  /** An idle screen is not believed for so long after the start. */
  readonly graceMs: number;
  /** Whether it shows something known once it has started, and until then is starting. */
  readonly startsSlowly: boolean;
  /** How long a hook's word holds. */
  readonly hooks: { readonly busyMs: number; readonly idleMs: number };
  readonly submit: Submit;
  readonly composer: Composer | undefined;
  readonly options: Options;
  /** Finds its version on the screen: the first group. */
  readonly version: string | undefined;
  readonly rules: readonly Rule[];
}

export interface Submit {
  /** Between the text and the keys. */
  readonly pauseMs: number;
  /** By tmux's names. */
  readonly keys: readonly string[];
  /** Expressions of what stands for a long paste in the composer; none where the text itself is shown. */
  readonly pastedPlaceholder: readonly string[];
}

/** The box that text is typed into. */
export interface Composer {
  readonly box: BoxKind;
  /** Matches the beginning of its first line, before the text; of a bar the line that names the model. */
  readonly prompt: string;
  /** Matches a line that looks like a prompt and is none. */
  readonly noPrompt?: string;
  /** Matches a line that begins what waits, above the box, for the end of a turn. */
  readonly waits?: string;
  /** Expressions of what is shown while nothing is typed, where that is not drawn faint. */
  readonly placeholder: readonly string[];
}

/**
 * Parts of a screen a rule may look at. `bottom`: its last 12 lines that hold anything. `status`: the last thing said
 * above the composer, with what is indented below it. `footer`: below the composer. `dialog`: below the last ruled line
 * or within the last frame, while there is no composer. `prompt`: the cursor's line up to it, when nothing stands
 * behind and below. `last`: the last line that holds anything. `progress`: the number of the last sequence 9;4. `mark`:
 * the letter of the last sequence 133.
 */
export const regions = [
  'screen',
  'bottom',
  'status',
  'footer',
  'dialog',
  'composer',
  'prompt',
  'last',
  'title',
  'progress',
  'mark',
] as const;
export type Region = (typeof regions)[number];

/**
 * Expressions are in RE2's syntax, in any case of letters; `^` and `$` are those of a line, and a blank stands for any
 * white space. A rule never matches a region that is not there.
 */
export interface Rule {
  readonly id: string;
  /** Higher is tried first and stands first in the evidence. */
  readonly priority: number;
  readonly region: Region;
  /** Each of these must match. */
  readonly all: readonly string[];
  /** And one of these, if there are any. */
  readonly any: readonly string[];
  /** And none of these. */
  readonly none: readonly string[];
  /** Another region that must be there too. */
  readonly beside?: Region;
  readonly says: Says;
  readonly kind?: BlockedKind;
  /** `>=1.0 <3`; for all when absent. A version nobody knows fits any range. */
  readonly versions?: string;
}

/** How the options of its dialogs are found and chosen. */
export interface Options {
  /** `numbers`: lines that begin with one, chosen by its digit. `buttons`: words in a row, chosen by arrows and Enter. */
  readonly shown: 'numbers' | 'buttons';
  /** Of buttons: their labels. */
  readonly labels: readonly string[];
  /** Options that only text can answer, or that are but ticked: no keys are known for them. */
  readonly unanswerable: readonly string[];
}
