/** Lines of a screen model as the text that draws them again, in the form of tmux's `capture-pane -J`. */
import type { IBuffer, IBufferCell, IBufferLine } from '@xterm/headless';
import { type Pen, PLAIN, penOf, setPen } from './pen.js';

/** Lines `from` up to but not including `to`. A line that wraps on has no newline; blanks at a line's end are left out. */
export function drawLines(buffer: IBuffer, from: number, to: number, styled: boolean): Buffer {
  const draw = styled ? createPainter(buffer.getNullCell()) : plain;
  const texts: string[] = [];
  for (let at = from; at < to; at++) {
    const line = buffer.getLine(at);
    if (!line) break;
    // Beyond its end a full model would give its first line.
    const next = at + 1 < buffer.length ? buffer.getLine(at + 1) : undefined;
    const wraps = next?.isWrapped === true;
    texts.push(draw(line, wraps ? fullWidth(line, next) : undefined), wraps ? '' : '\n');
  }
  return Buffer.from(texts.join(''));
}

/** One row by itself, all of its cells. */
export function drawRow(buffer: IBuffer, at: number, styled: boolean): Buffer {
  const line = buffer.getLine(at);
  const draw = styled ? createPainter(buffer.getNullCell()) : plain;
  return Buffer.from(line ? draw(line, line.length) : '');
}

/** The cells of a line that wraps: all, but one left free because the wide character after it did not fit. */
function fullWidth(line: IBufferLine, next: IBufferLine): number {
  const last = line.getCell(line.length - 1);
  const isFree = last?.getChars() === '' && last.getWidth() === 1 && next.getCell(0)?.getWidth() === 2;
  return isFree ? line.length - 1 : line.length;
}

/** `width` cells of a line, or all up to its last character. */
type Draw = (line: IBufferLine, width: number | undefined) => string;

const plain: Draw = (line, width) =>
  width === undefined ? line.translateToString(true) : line.translateToString(false, 0, width);

/** Each line begins and ends with the plain pen: a newline drawn with a colour would fill the line below with it. */
function createPainter(cell: IBufferCell): Draw {
  return (line, width) => {
    let pen: Pen = PLAIN;
    let text = '';
    const end = width ?? paintedWidth(line, cell);
    for (let x = 0; x < end; x++) {
      line.getCell(x, cell);
      // The second half of a wide character.
      if (cell.getWidth() === 0) continue;
      const next = penOf(cell, pen);
      if (next !== pen) text += setPen(next);
      pen = next;
      text += cell.getChars() || ' ';
    }
    const isFilled = line.isWrapped && end < line.length;
    // Wrapping may have filled the line with the colour behind its first character.
    return `${text}${pen === PLAIN ? '' : '\x1b[0m'}${isFilled && hasBackground(line, cell) ? '\x1b[K' : ''}`;
  };
}

/** Up to the last cell that shows anything: a character, a colour behind it, a line through or under it. */
function paintedWidth(line: IBufferLine, cell: IBufferCell): number {
  for (let x = line.length - 1; x >= 0; x--) {
    line.getCell(x, cell);
    if (cell.getChars() !== '' || !cell.isAttributeDefault()) return x + Math.max(cell.getWidth(), 1);
  }
  return 0;
}

function hasBackground(line: IBufferLine, cell: IBufferCell): boolean {
  line.getCell(0, cell);
  return !cell.isBgDefault();
}
