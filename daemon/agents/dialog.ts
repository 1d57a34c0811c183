/** A question an agent asks on its screen: what it says, what may be answered, and by which keys. */
import { createHash } from 'node:crypto';
import type { BlockedKind } from './evidence.js';

export interface DialogOption {
  /** Unique in its dialog; the same however often the dialog is drawn. */
  readonly id: string;
  readonly label: string;
  /** Keys that choose it, by tmux's names, in order; empty when nobody knows them. */
  readonly keys: readonly string[];
}

export interface Dialog {
  readonly kind: BlockedKind;
  /** What stands above the options, at most TEXT_CHARS of it. */
  readonly text: string;
  readonly options: readonly DialogOption[];
  /** Of all that is drawn of it, the marked option included. */
  readonly hash: string;
}

export const TEXT_CHARS = 4000;

/** Blanks do not count: the same dialog at another width is drawn with others. */
export function hashOf(kind: BlockedKind, lines: readonly string[]): string {
  const drawn = lines.join(' ').replace(/\s+/g, ' ').trim();
  return createHash('sha256').update(`${kind}\0${drawn}`).digest('hex').slice(0, 32);
}

/** Names it, this time that it stands there, for `interaction/respond`; null when the screen does not tell how to answer. */
export function interactionOf(sessionId: string, { options, hash }: Dialog, since: number): string | null {
  return options.some(({ keys }) => keys.length > 0) ? `${sessionId}.${hash}.${since}` : null;
}
