/** Reads off a program's output what it set and a terminal rarely tells: paste and focus modes, cursor shape, charsets. */

/** Numbers a program set by its output; undefined while it set none of the kind since this began to read. */
export type Marks = { -readonly [name in MarkName]?: number };

export type MarkName = (typeof markNames)[number];

/** 0 is what a fresh terminal has. */
export const markNames = [
  'bracketedPaste',
  'focusEvents',
  'reverseWrap',
  'mouseX10',
  /** 0 to 6, as in DECSCUSR. */
  'cursorShape',
  /** Whether G0 and G1 hold the line-drawing set, and whether G1 is the one in use. */
  'lineG0',
  'lineG1',
  'shifted',
] as const;

export interface MarkReader {
  readonly marks: Marks;
  /** Whether any mark has another value than before. Sequences may be cut anywhere between calls. */
  read(data: Buffer): boolean;
  /** Output was missed: what was cut is not completed by what comes next. */
  missed(): void;
}

const ESC = 0x1b;
const SHIFT_OUT = 0x0e;
const SHIFT_IN = 0x0f;
/** A sequence longer than this sets nothing of ours. */
const LONGEST = 64;

/** Costs a search for one byte where nothing is escaped: this sees every byte of every program. */
export function createMarkReader(): MarkReader {
  const marks: Marks = {};
  let cut: Buffer | undefined;
  return {
    marks,
    read(data) {
      const before = { ...marks };
      const source = cut ? Buffer.concat([cut, data]) : data;
      const { rest, resetAt } = readSequences(source, marks);
      readShifts(source.subarray(resetAt), marks);
      cut = rest < source.length && source.length - rest <= LONGEST ? Buffer.from(source.subarray(rest)) : undefined;
      return markNames.some((name) => marks[name] !== before[name]);
    },
    missed() {
      cut = undefined;
    },
  };
}

function readShifts(data: Buffer, marks: Marks): void {
  const out = data.lastIndexOf(SHIFT_OUT);
  const back = data.lastIndexOf(SHIFT_IN);
  if (out !== back) marks.shifted = out > back ? 1 : 0;
}

/** Tells where an unfinished sequence begins, else the end, and where all was last reset, else the beginning. */
function readSequences(source: Buffer, marks: Marks) {
  let resetAt = 0;
  for (let at = source.indexOf(ESC); at !== -1; at = source.indexOf(ESC, at + 1)) {
    const read = readSequence(source, at + 1, marks);
    if (read === 'unfinished') return { rest: at, resetAt };
    if (read === 'reset') resetAt = at;
  }
  return { rest: source.length, resetAt };
}

type Read = 'done' | 'reset' | 'unfinished';

function readSequence(source: Buffer, at: number, marks: Marks): Read {
  switch (source[at]) {
    case undefined:
      return 'unfinished';
    case 0x5b: // [
      return readControl(source, at + 1, marks);
    case 0x28: // (
    case 0x29: // )
      if (at + 1 >= source.length) return 'unfinished';
      marks[source[at] === 0x28 ? 'lineG0' : 'lineG1'] = source[at + 1] === 0x30 ? 1 : 0;
      return 'done';
    case 0x63: // c
      for (const name of markNames) marks[name] = 0;
      return 'reset';
    default:
      return 'done';
  }
}

function readControl(source: Buffer, from: number, marks: Marks): Read {
  let at = from;
  // Parameters and what stands between them and the final byte.
  while (at < source.length && source[at]! >= 0x20 && source[at]! < 0x40) at++;
  if (at === source.length) return 'unfinished';
  const final = source[at];
  // Colours are by far the most, and none of ours.
  if (final === 0x6d || at - from > LONGEST) return 'done';
  if (source[from] === 0x3f && (final === 0x68 || final === 0x6c)) {
    const modes = source.toString('latin1', from + 1, at).split(';');
    for (const mode of modes) setMode(Number(mode), final === 0x68 ? 1 : 0, marks);
  } else if (final === 0x71 && source[at - 1] === 0x20) {
    const shape = Number(source.toString('latin1', from, at - 1));
    if (shape >= 0 && shape <= 6) marks.cursorShape = shape;
  } else if (final === 0x70 && source[from] === 0x21) {
    // The soft reset leaves only the mouse alone.
    for (const name of markNames) if (name !== 'mouseX10') marks[name] = 0;
    return 'reset';
  }
  return 'done';
}

function setMode(mode: number, value: number, marks: Marks): void {
  switch (mode) {
    case 2004:
      marks.bracketedPaste = value;
      break;
    case 1004:
      marks.focusEvents = value;
      break;
    case 45:
      marks.reverseWrap = value;
      break;
    case 9:
      marks.mouseX10 = value;
      break;
    case 1000:
    case 1002:
    case 1003:
      // One kind of mouse reports at a time.
      marks.mouseX10 = 0;
      break;
  }
}
