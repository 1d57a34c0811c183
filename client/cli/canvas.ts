/** A whole screen drawn again and again: only lines that changed are sent, each of its cells at its own column. */
import type { Output } from './output.js';

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan' | 'inverse';

export interface Cell {
  /** The column it begins in, from 0. */
  readonly at: number;
  /** Clean, and no wider than its place. */
  readonly text: string;
  readonly styles?: readonly Style[];
}

export type Line = readonly Cell[];

export interface Frame {
  readonly lines: readonly Line[];
  /** Where the person types; hidden when absent. */
  readonly cursor?: { readonly x: number; readonly y: number };
}

/** The alternate screen without a cursor, without wrapping; what is pasted comes between marks. */
export const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h';

const BEGIN = '\x1b[?2026h';
const END = '\x1b[?2026l';

export interface Canvas {
  /** What to write to show the frame; empty when it is shown already. */
  draw(frame: Frame): string;
  /** The screen is not as it was left: all of it is drawn the next time. */
  forget(): void;
}

export function createCanvas(colors: Output['colors']): Canvas {
  let shown: readonly string[] | undefined;
  let cursorShown = '';
  const paint = ({ at, text, styles = [] }: Cell) =>
    `\x1b[${at + 1}G${styles.reduce((painted, style) => colors[style](painted), text)}`;
  return {
    draw({ lines, cursor }) {
      const drawn = lines.map((cells) => cells.map(paint).join(''));
      const known = shown;
      const changed = drawn.flatMap((line, y) => (known?.[y] === line ? [] : [`\x1b[${y + 1};1H\x1b[2K${line}`]));
      const place = cursor ? `\x1b[${cursor.y + 1};${cursor.x + 1}H\x1b[?25h` : '\x1b[?25l';
      if (changed.length === 0 && place === cursorShown && known?.length === drawn.length) return '';
      const erased = known?.length === drawn.length ? '' : '\x1b[0m\x1b[2J';
      shown = drawn;
      cursorShown = place;
      return `${BEGIN}\x1b[?25l${erased}${changed.join('')}${place}${END}`;
    },
    forget() {
      shown = undefined;
    },
  };
}
