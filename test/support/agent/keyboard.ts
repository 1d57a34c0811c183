/** What a terminal program makes of the bytes it reads: pastes between their brackets, and single keys. */

export type Input =
  | { readonly is: 'paste'; readonly bytes: Buffer }
  | { readonly is: 'key'; readonly name: string; readonly bytes: Buffer }
  | { readonly is: 'text'; readonly text: string; readonly bytes: Buffer };

const BEGIN = Buffer.from('\x1b[200~');
const END = Buffer.from('\x1b[201~');

const named: Readonly<Record<string, string>> = {
  '\r': 'Enter',
  '\n': 'C-j',
  '\t': 'Tab',
  '\x03': 'C-c',
  '\x04': 'C-d',
  '\x15': 'C-u',
  '\x7f': 'BSpace',
  '\x1b[A': 'Up',
  '\x1b[B': 'Down',
  '\x1b[C': 'Right',
  '\x1b[D': 'Left',
  '\x1bOA': 'Up',
  '\x1bOB': 'Down',
  '\x1bOC': 'Right',
  '\x1bOD': 'Left',
  '\x1b': 'Escape',
};

/** Sequences may be cut anywhere; one that is not complete waits for its rest. */
export function createKeyboard(take: (input: Input) => void): (data: Buffer) => void {
  let rest = Buffer.alloc(0);
  let pasting = false;

  const paste = (): boolean => {
    const end = rest.indexOf(END);
    if (end === -1) return false;
    take({ is: 'paste', bytes: Buffer.from(rest.subarray(0, end)) });
    rest = rest.subarray(end + END.length);
    pasting = false;
    return true;
  };

  const key = (): boolean => {
    if (rest.subarray(0, BEGIN.length).equals(BEGIN)) {
      rest = rest.subarray(BEGIN.length);
      pasting = true;
      return true;
    }
    // A lone escape is the key; anything behind it makes it a sequence.
    if (rest.length > 1 && BEGIN.subarray(0, rest.length).equals(rest)) return false;
    const length = lengthOf(rest);
    const bytes = Buffer.from(rest.subarray(0, length));
    rest = rest.subarray(length);
    const name = named[bytes.toString('latin1')];
    if (name !== undefined) take({ is: 'key', name, bytes });
    else take({ is: 'text', text: bytes.toString(), bytes });
    return true;
  };

  return (data) => {
    rest = Buffer.concat([rest, data]);
    while (rest.length > 0 && (pasting ? paste() : key()));
  };
}

/** Of the first key, or of the run of plain text. */
function lengthOf(bytes: Buffer): number {
  const first = bytes[0]!;
  if (first === 0x1b) return /^\x1b(\[[0-9;?]*[@-~]|O[A-Za-z])?/.exec(bytes.toString('latin1'))![0].length;
  if (first < 0x20 || first === 0x7f) return 1;
  const end = bytes.findIndex((byte) => byte < 0x20 || byte === 0x7f);
  return end === -1 ? bytes.length : end;
}
