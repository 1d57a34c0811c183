/** Where escape sequences end in a program's output, and what of one is unfinished. */

export const ESC = 0x1b;
const BEL = 0x07;
const CANCEL = 0x18;
const SUBSTITUTE = 0x1a;

/** Introducers of strings: OSC, DCS, SOS, PM, APC, and the title of screen. */
const STRINGS = new Set(Buffer.from(']PX^_k'));
const OSC = 0x5d;
const CSI = 0x5b;
const TITLE = 0x6b;

/**
 * What the next bytes will complete: an escape sequence, or a character of UTF-8; empty when all is complete. `before`
 * is what was unfinished where `bytes` begin. An ESC always begins anew, so the last one tells all.
 */
export function unfinished(bytes: Buffer, before: Buffer = NOTHING): Buffer {
  const last = bytes.lastIndexOf(ESC);
  if (last === -1) return before.length > 0 ? before : unfinishedCharacter(bytes);
  const end = sequenceEnd(bytes, last);
  if (end !== undefined) return unfinishedCharacter(bytes.subarray(end));
  const sequence = bytes.subarray(last);
  // Controls inside a sequence have had their effect already.
  return STRINGS.has(sequence[1] ?? 0) ? sequence : (sequence.filter((byte) => byte >= 0x20 || byte === ESC) as Buffer);
}

/** Place after the sequence that begins at `from`, or undefined when `bytes` end before it does. */
export function sequenceEnd(bytes: Buffer, from: number): number | undefined {
  let at = from + 1;
  while (at < bytes.length && bytes[at]! < 0x20) if (isCancel(bytes[at++]!)) return at;
  const introducer = bytes[at++];
  if (introducer === undefined) return undefined;
  if (introducer === CSI) return endWhere(bytes, at, (byte) => byte >= 0x40 && byte <= 0x7e);
  if (STRINGS.has(introducer)) {
    const bell = introducer === OSC || introducer === TITLE;
    return endWhere(bytes, at, (byte) => bell && byte === BEL);
  }
  return introducer < 0x30 ? endWhere(bytes, at, (byte) => byte >= 0x30) : at;
}

function endWhere(bytes: Buffer, from: number, isLast: (byte: number) => boolean): number | undefined {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (isLast(byte) || isCancel(byte)) return at + 1;
    // The next sequence ends a string, and stands on its own.
    if (byte === ESC) return at;
  }
  return undefined;
}

const isCancel = (byte: number) => byte === CANCEL || byte === SUBSTITUTE;

const NOTHING: Buffer = Buffer.alloc(0);

function unfinishedCharacter(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return back < length ? bytes.subarray(bytes.length - back) : NOTHING;
  }
  return NOTHING;
}
