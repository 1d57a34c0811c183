/** The look of a cell: what it is told apart by, and the escape sequence that sets it. */
import type { IBufferCell } from '@xterm/headless';

/** Flags, foreground and background; two cells look alike when all three are the same. */
export interface Pen {
  readonly flags: number;
  readonly foreground: number;
  readonly background: number;
}

export const PLAIN: Pen = { flags: 0, foreground: -1, background: -1 };

/** Each is one bit of `flags`, in this order, and one number of an SGR sequence. */
const attributes: readonly [has: (cell: IBufferCell) => number, sgr: number][] = [
  [(cell) => cell.isBold(), 1],
  [(cell) => cell.isDim(), 2],
  [(cell) => cell.isItalic(), 3],
  [(cell) => cell.isUnderline(), 4],
  [(cell) => cell.isBlink(), 5],
  [(cell) => cell.isInverse(), 7],
  [(cell) => cell.isInvisible(), 8],
  [(cell) => cell.isStrikethrough(), 9],
  [(cell) => cell.isOverline(), 53],
];

/** Added to a colour given as red, green and blue, which would else be one of the 256. */
const RGB = 0x1000000;

/** `like` itself when the cell looks so. */
export function penOf(cell: IBufferCell, like: Pen): Pen {
  if (cell.isAttributeDefault()) return PLAIN;
  let flags = 0;
  for (const [bit, [has]] of attributes.entries()) if (has(cell)) flags |= 1 << bit;
  const foreground = cell.isFgDefault() ? -1 : cell.getFgColor() + (cell.isFgRGB() ? RGB : 0);
  const background = cell.isBgDefault() ? -1 : cell.getBgColor() + (cell.isBgRGB() ? RGB : 0);
  const same = like.flags === flags && like.foreground === foreground && like.background === background;
  return same ? like : { flags, foreground, background };
}

/** From whatever pen to this one. */
export function setPen({ flags, foreground, background }: Pen): string {
  const on = attributes.flatMap(([, sgr], bit) => (flags & (1 << bit) ? [sgr] : []));
  return `\x1b[${[0, ...on, ...color(foreground, 30), ...color(background, 40)].join(';')}m`;
}

/** `first` is the number for black: 30 in front, 40 behind. */
function color(of: number, first: 30 | 40): number[] {
  if (of < 0) return [];
  if (of >= RGB) return [first + 8, 2, (of >> 16) & 0xff, (of >> 8) & 0xff, of & 0xff];
  if (of < 8) return [first + of];
  if (of < 16) return [first + 60 + of - 8];
  return [first + 8, 5, of];
}
