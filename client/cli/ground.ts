/** Whether a terminal, after all that was written to it, stands between two characters and in no sequence. Pure. */

const ESC = 0x1b;

type State = 'ground' | 'escape' | 'csi' | 'string';

/** A stream of chunks, cut anywhere. */
export function createGround() {
  let state: State = 'ground';
  /** Bytes still to come of a character. */
  let missing = 0;
  return {
    take(data: Uint8Array): void {
      // Whatever came before it, an escape begins anew, or is the first half of a string's end.
      const last = data.lastIndexOf(ESC);
      if (last >= 0) [state, missing] = ['escape', 0];
      if (state === 'ground') missing = tailOf(data, missing);
      else for (let at = last + 1; at < data.length && !isGround(); at++) step(data[at]!, data, at);
    },
    /** Something else may be written now. */
    get clear(): boolean {
      return isGround() && missing === 0;
    },
  };

  function isGround(): boolean {
    return state === 'ground';
  }

  function step(byte: number, data: Uint8Array, at: number): void {
    if (state === 'escape') state = afterEscape(byte);
    else if (state === 'csi') state = byte >= 0x40 && byte <= 0x7e ? 'ground' : 'csi';
    else if (byte === 0x07) state = 'ground';
    if (isGround()) missing = tailOf(data.subarray(at + 1), 0);
  }
}

function afterEscape(byte: number): State {
  const character = String.fromCharCode(byte);
  if (character === '[') return 'csi';
  if ('PX^_]'.includes(character)) return 'string';
  // More of it comes, such as the name of a character set.
  return byte >= 0x20 && byte <= 0x2f ? 'escape' : 'ground';
}

/** Bytes of UTF-8 that its last character lacks. */
function tailOf(data: Uint8Array, missing: number): number {
  for (let back = 1; back <= Math.min(4, data.length); back++) {
    const byte = data[data.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    return Math.max(0, lengthOf(byte) - back);
  }
  return Math.max(0, missing - data.length);
}

const lengthOf = (lead: number): number => (lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1);
