/** What speaks for a state of an agent: who said it, by which rule, when, and for how long it holds. */
import type { BlockedKind } from '#protocol';
import type { Provider, Says } from './manifests/manifest.js';

export type { BlockedKind, Provider, Says };

/** Where it comes from. `progress` and `mark` are sequences 9;4 and 133 in the output; `process` is what runs in the foreground. */
export type EvidenceSource =
  | 'exit'
  | 'screen'
  | 'title'
  | 'progress'
  | 'mark'
  | 'hook'
  | 'process'
  | 'absence'
  | 'start';

export interface Evidence {
  readonly source: EvidenceSource;
  readonly says: Says;
  /** The id of the rule, the name of the hook's event. */
  readonly rule: string;
  /** What matched, at most SPAN_CHARS of it. */
  readonly span: string | null;
  /** The life of the program it is about. */
  readonly spawnId: string;
  /** Grows with each piece of evidence of a session. */
  readonly seq: number;
  /** Unix ms. */
  readonly at: number;
  /** From `at`; null holds until something else is said. */
  readonly ttlMs: number | null;
  readonly kind?: BlockedKind;
  /** Of `limited`: when the limit ends, Unix ms. */
  readonly until?: number;
  /** Of `exited`. */
  readonly code?: number | null;
}

export const SPAN_CHARS = 200;

/** How long it holds from now on; null for ever, negative when it is over. */
export function timeLeft({ at, ttlMs }: Pick<Evidence, 'at' | 'ttlMs'>, now: number): number | null {
  return ttlMs === null ? null : at + ttlMs - now;
}

export function isFresh(evidence: Pick<Evidence, 'at' | 'ttlMs'>, now: number): boolean {
  return (timeLeft(evidence, now) ?? 1) > 0;
}
