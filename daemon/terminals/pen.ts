/** Finds the pen, the colours and attributes the next character is drawn with, in what a program printed. */
import { ESC, sequenceEnd } from './sequences.js';

export interface Pen {
  /** The sequence that sets it. */
  readonly text: string;
  /** False when what was printed before `bytes` might have a part in it; that counts as reset. */
  readonly sure: boolean;
}

/** The pen as `bytes` leave it. Reads backwards only as far as it must. */
export function penAfter(bytes: Buffer): Pen {
  const pen = new Map<Slot, string>();
  const sure = collect(bytes, bytes.length, pen);
  const set = slots.map((slot) => pen.get(slot)).filter(Boolean);
  return { text: `\x1b[${['0', ...set].join(';')}m`, sure };
}

type Slot = (typeof slots)[number];
const slots = [
  ...(['bold', 'dim', 'italic', 'underline', 'blink', 'inverse', 'hidden', 'strike', 'overline'] as const),
  ...(['foreground', 'background', 'underlineColour'] as const),
];

/** Puts what stands before `end` into the slots that nothing later has decided; '' is a decision too. True when all is. */
function collect(bytes: Buffer, end: number, pen: Map<Slot, string>): boolean {
  // What stood later decides all that the same words did earlier; floods say the same few things.
  const met = new Set<string>();
  let at = lastEscape(bytes, end);
  for (; at !== -1 && pen.size < slots.length; at = lastEscape(bytes, at)) {
    const text = sequenceText(bytes, at, end);
    if (met.has(text)) continue;
    if (isReset(text)) return true;
    const save = saveOf(text);
    if (save) {
      at = lastWhere(bytes, at, save);
      continue;
    }
    met.add(text);
    const parameters = SGR.exec(text)?.[1];
    if (parameters !== undefined && !apply(parameters, pen)) return true;
  }
  return pen.size === slots.length;
}

const SGR = /^\x1b\[([\d;:]*)m$/;
/** Longer than any sequence that has to do with the pen. */
const LONGEST = 256;

const lastEscape = (bytes: Buffer, before: number) => (before > 0 ? bytes.lastIndexOf(ESC, before - 1) : -1);

/** A sequence without the controls in it; '' when it is unfinished or none of ours. */
function sequenceText(bytes: Buffer, from: number, end: number): string {
  let at = from + 1;
  if (bytes[at] === CSI) while (++at < end && bytes[at]! >= 0x20 && bytes[at]! < 0x40);
  // Nearly all: a plain sequence, whole.
  if (at < end && bytes[at]! >= 0x30) return bytes.toString('latin1', from, at + 1);
  const part = bytes.subarray(from, Math.min(end, from + LONGEST));
  const after = sequenceEnd(part, 0);
  return after === undefined ? '' : part.toString('latin1', 0, after).replace(/[\x00-\x1a\x1c-\x1f]/g, '');
}

const CSI = 0x5b;

const isReset = (text: string) => text === '\x1bc' || text === '\x1b[!p';

/** A restored cursor brings back the pen it was saved with: which save it goes back to. */
function saveOf(text: string): RegExp | undefined {
  if (text === '\x1b8' || text === '\x1b[u') return /^\x1b(7|\[s)$/;
  return /^\x1b\[\?(.*;)?104[89](;.*)?l$/.test(text) ? /^\x1b\[\?(.*;)?104[89](;.*)?h$/ : undefined;
}

/** Where the cursor was last saved; -1 when it never was, or all was reset since. */
function lastWhere(bytes: Buffer, before: number, wanted: RegExp): number {
  for (let at = lastEscape(bytes, before); at !== -1; at = lastEscape(bytes, at)) {
    const text = sequenceText(bytes, at, before);
    if (wanted.test(text)) return at;
    if (isReset(text)) return -1;
  }
  return -1;
}

/** One SGR sequence, from its last parameter to its first. False once a full reset was met: nothing before counts. */
function apply(parameters: string, pen: Map<Slot, string>): boolean {
  for (const parameter of whole(parameters).reverse()) {
    const code = Number.parseInt(parameter, 10) || 0;
    if (code === 0) return false;
    for (const [slot, value] of effects(code, parameter)) if (!pen.has(slot)) pen.set(slot, value);
  }
  return true;
}

/** `1;38;5;9` is two parameters: 1, and a colour that takes the next ones with it. */
function whole(parameters: string): string[] {
  const parts = parameters.split(';');
  const found: string[] = [];
  for (let at = 0; at < parts.length; ) {
    const extended = /^[345]8$/.test(parts[at]!);
    const length = extended ? (parts[at + 1] === '5' ? 3 : parts[at + 1] === '2' ? 5 : 1) : 1;
    found.push(parts.slice(at, at + length).join(';'));
    at += length;
  }
  return found;
}

const attributes: Record<number, Slot> = {
  1: 'bold',
  2: 'dim',
  3: 'italic',
  4: 'underline',
  5: 'blink',
  6: 'blink',
  7: 'inverse',
  8: 'hidden',
  9: 'strike',
  21: 'underline',
  53: 'overline',
};
const ends: Record<number, readonly Slot[]> = {
  22: ['bold', 'dim'],
  23: ['italic'],
  24: ['underline'],
  25: ['blink'],
  27: ['inverse'],
  28: ['hidden'],
  29: ['strike'],
  39: ['foreground'],
  49: ['background'],
  55: ['overline'],
  59: ['underlineColour'],
};
const colours: Record<number, Slot> = { 3: 'foreground', 9: 'foreground', 4: 'background', 10: 'background' };

function effects(code: number, parameter: string): [Slot, string][] {
  if (ends[code]) return ends[code].map((slot) => [slot, '']);
  if (attributes[code]) return [[attributes[code], parameter === '4:0' ? '' : parameter]];
  if (code === 58) return [['underlineColour', parameter]];
  const isColour = code % 10 < 8 || code === 38 || code === 48;
  const slot = isColour ? colours[Math.floor(code / 10)] : undefined;
  return slot ? [[slot, parameter]] : [];
}
