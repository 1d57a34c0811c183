/** Text made fit to be pasted into a program: nothing in it can end the paste or be taken for a key. Pure. */

export interface Sanitised {
  readonly text: string;
  readonly removed: readonly Removed[];
}

/** So many of a kind were taken out; of `carriage return`, turned into line feeds. */
export interface Removed {
  readonly what: RemovedKind;
  readonly count: number;
}

export type RemovedKind = 'escape sequence' | 'control character' | 'half a character' | 'carriage return';

/**
 * Takes out every escape sequence, whole or cut, and every control character but tab and line feed. Carriage returns
 * become line feeds. No escape is left, so what remains can form no new sequence; a second time changes nothing.
 */
export function sanitise(text: string): Sanitised {
  const counts = new Map<RemovedKind, number>();
  const found = (what: RemovedKind, instead = '') => {
    counts.set(what, (counts.get(what) ?? 0) + 1);
    return instead;
  };
  const clean = text
    .replace(SEQUENCE, () => found('escape sequence'))
    .replace(/\r\n?/g, () => found('carriage return', '\n'))
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, () => found('control character'))
    .replace(/\p{Surrogate}/gu, () => found('half a character'));
  return { text: clean, removed: [...counts].map(([what, count]) => ({ what, count })) };
}

/**
 * As a terminal reads them, each introduced by an escape or in one character: a string up to its end or, when it has
 * none, up to the end of the line; a control sequence as far as it goes; an escape with what it is for. A sequence is cut
 * short by the next escape.
 */
const SEQUENCE = new RegExp(
  [
    String.raw`(?:\x1b[PX^_\]]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x9c|\x1b\\|(?=[\x1b\n])|$)`,
    String.raw`(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?`,
    String.raw`\x1bO[ -~]?`,
    String.raw`\x1b[ -/]*[0-~]?`,
  ].join('|'),
  'g',
);
