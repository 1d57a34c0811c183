/** A screen drawn from a program's bytes, to be read cell by cell. It remembers no history. */
import xterm from '@xterm/headless';
import { boundCounts } from '../pty/counts.js';
import { useWidths } from '../pty/widths.js';
import type { Cell, Cells, Row } from './grid.js';

export interface Screen {
  readonly cols: number;
  readonly rows: number;
  /** Takes a copy. */
  write(data: Buffer): void;
  /** Resolves once all that was written is drawn. */
  settled(): Promise<void>;
  /** As if nothing was ever written, at this size. */
  clear(cols: number, rows: number): void;
  cells(): Cells;
  close(): void;
}

export function openScreen(cols: number, rows: number): Screen {
  const terminal = new xterm.Terminal({ cols, rows, scrollback: 0, allowProposedApi: true, logLevel: 'off' });
  useWidths(terminal);
  boundCounts(terminal);
  let last = Promise.resolve();
  const cells = createCells(terminal);
  let open = true;
  return {
    get cols() {
      return terminal.cols;
    },
    get rows() {
      return terminal.rows;
    },
    write(data) {
      last = new Promise((resolve) => terminal.write(Uint8Array.from(data), resolve));
    },
    settled: () => (open ? last : Promise.resolve()),
    clear(toCols, toRows) {
      terminal.reset();
      terminal.resize(toCols, toRows);
    },
    cells,
    close() {
      open = false;
      terminal.dispose();
    },
  };
}

/** What the model knows and its public interface does not tell. */
interface Core {
  readonly coreService: { readonly isCursorHidden: boolean };
}

interface Line {
  /** Three words a cell: its character, and its colours with all else that is drawn. */
  readonly _line: { readonly _data: Uint32Array };
}

/** A row as it was read last. */
interface Kept {
  readonly words: Uint32Array;
  readonly row: Row;
}

/** A character that is more than one code point is kept elsewhere. */
const COMBINED = 1 << 21;

/** Of a screen on which little has changed since it was read last, little is read: a row that is the same is the same object. */
function createCells(terminal: xterm.Terminal): () => Cells {
  const kept: (Kept | undefined)[] = [];
  const core = (terminal as unknown as { _core: Core })._core;
  // One cell is used for all that are read.
  const one = terminal.buffer.active.getNullCell();

  const read = (line: xterm.IBufferLine): Row => {
    const cells: Cell[] = [];
    // Most of most screens is blank.
    const length = line.translateToString(true).length === 0 ? 0 : terminal.cols;
    for (let x = 0; x < length; x++) {
      line.getCell(x, one);
      const text = one.isInvisible() === 0 ? one.getChars() : '';
      cells.push({ text, width: one.getWidth(), faint: one.isDim() !== 0, inverse: one.isInverse() !== 0 });
    }
    return { wrapped: line.isWrapped, cells };
  };

  const row = (y: number): Row => {
    const { active } = terminal.buffer;
    const line = active.getLine(active.baseY + y);
    if (!line) return { wrapped: false, cells: [] };
    const words = (line as unknown as Line)._line._data;
    const before = kept[y];
    if (before && before.row.wrapped === line.isWrapped && isSame(words, before.words)) return before.row;
    const made = read(line);
    kept[y] = isPlain(words) ? { words: words.slice(), row: made } : undefined;
    return made;
  };

  return () => {
    const { active } = terminal.buffer;
    kept.length = Math.min(kept.length, terminal.rows);
    return {
      cols: terminal.cols,
      rows: terminal.rows,
      cursorX: active.cursorX,
      cursorY: active.cursorY,
      cursorShown: !core.coreService.isCursorHidden,
      alternate: active.type === 'alternate',
      row,
    };
  };
}

function isSame(words: Uint32Array, others: Uint32Array): boolean {
  if (words.length !== others.length) return false;
  for (let at = 0; at < words.length; at++) if (words[at] !== others[at]) return false;
  return true;
}

function isPlain(words: Uint32Array): boolean {
  for (let at = 0; at < words.length; at += 3) if ((words[at]! & COMBINED) !== 0) return false;
  return true;
}
