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
    cells: () => cellsOf(terminal),
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

function cellsOf(terminal: xterm.Terminal): Cells {
  const { active } = terminal.buffer;
  const { coreService } = (terminal as unknown as { _core: Core })._core;
  // One cell is used for all that are read.
  const one = active.getNullCell();
  return {
    cols: terminal.cols,
    rows: terminal.rows,
    cursorX: active.cursorX,
    cursorY: active.cursorY,
    cursorShown: !coreService.isCursorHidden,
    alternate: active.type === 'alternate',
    row(y): Row {
      const line = active.getLine(active.baseY + y);
      if (!line) return { wrapped: false, cells: [] };
      // Most of most screens is blank.
      const length = line.translateToString(true).length === 0 ? 0 : terminal.cols;
      const cells = Array.from({ length }, (_, x): Cell => {
        line.getCell(x, one);
        const hidden = one.isInvisible() !== 0;
        return {
          text: hidden ? '' : one.getChars(),
          width: one.getWidth(),
          faint: one.isDim() !== 0,
          inverse: one.isInverse() !== 0,
        };
      });
      return { wrapped: line.isWrapped, cells };
    },
  };
}
