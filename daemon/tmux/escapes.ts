/** Undoes the two escapes tmux applies to bytes it prints on a control connection. */

const BACKSLASH = 0x5c;
const ZERO = 0x30;

/**
 * `%output` text to bytes: only `\ooo` occurs. Writes into `into`, which must hold `source.length - from` bytes, and
 * returns how many were written.
 */
export function unescapeOutput(source: Buffer, from: number, to: number, into: Buffer): number {
  let written = 0;
  for (let at = from; at < to; at++) {
    const byte = source[at]!;
    if (byte !== BACKSLASH) {
      into[written++] = byte;
    } else {
      into[written++] = ((source[at + 1]! - ZERO) << 6) | ((source[at + 2]! - ZERO) << 3) | (source[at + 3]! - ZERO);
      at += 3;
    }
  }
  return written;
}

const letters: Record<number, number> = { 97: 7, 98: 8, 102: 12, 110: 10, 114: 13, 115: 32, 116: 9, 118: 11 };

/** `show-buffer` text to bytes: `\ooo`, C letters, `\0`, and a backslash before anything else is that thing. */
export function unescapeBuffer(source: Buffer): Buffer {
  const into = Buffer.allocUnsafe(source.length);
  let written = 0;
  for (let at = 0; at < source.length; at++) {
    const byte = source[at]!;
    if (byte !== BACKSLASH) {
      into[written++] = byte;
      continue;
    }
    const next = source[++at] ?? BACKSLASH;
    if (isOctal(next) && isOctal(source[at + 1]) && isOctal(source[at + 2])) {
      into[written++] = ((next - ZERO) << 6) | ((source[at + 1]! - ZERO) << 3) | (source[at + 2]! - ZERO);
      at += 2;
    } else {
      into[written++] = next === ZERO ? 0 : (letters[next] ?? next);
    }
  }
  return into.subarray(0, written);
}

function isOctal(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= ZERO + 7;
}
