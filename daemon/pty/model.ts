/** A terminal without a window: what a program's output looks like, and what it answers when it is asked. */
import xterm from '@xterm/headless';
import type { Capture, CaptureOptions, Modes } from '../backend/index.js';
import { createMarkReader, type MarkName, type Marks, markNames } from '../backend/marks.js';
import { boundCounts } from './counts.js';
import { drawLines, drawRow } from './lines.js';
import { useWidths } from './widths.js';

export interface Model {
  /** Takes a copy; it is read in a moment. */
  write(data: Buffer): void;
  /** Bytes taken and not yet read. */
  readonly unread: number;
  /** Resolves, in the same turn of the loop, once everything taken is read. */
  settled(): Promise<void>;
  /** As it stands; the part of the output not yet read is not in it. */
  capture(options: CaptureOptions): Omit<Capture, 'modes'> & { readonly modes: Omit<Modes, 'dead'> };
  resize(cols: number, rows: number): void;
  /** Whether the program asked for cursor keys in application mode. */
  readonly cursorKeys: boolean;
  /** Whether the program asked to be told where a paste begins and ends. */
  readonly bracketedPaste: boolean;
  close(): void;
}

export interface ModelOptions {
  readonly cols: number;
  readonly rows: number;
  readonly historyLimit: number;
  /** What the terminal says to the program: answers to its questions. */
  answer(data: Buffer): void;
  /** Some of what was taken is read. */
  progress(): void;
}

export function createModel({ cols, rows, historyLimit, answer, progress }: ModelOptions): Model {
  const terminal = new xterm.Terminal({
    ...{ cols, rows, scrollback: historyLimit, allowProposedApi: true, logLevel: 'off' },
  });
  useWidths(terminal);
  boundCounts(terminal);
  terminal.onData((text) => answer(Buffer.from(text)));
  const marks = createMarkReader();
  let unread = 0;
  let waiting: (() => void)[] = [];

  const read = (bytes: number) => {
    unread -= bytes;
    progress();
    if (unread > 0) return;
    for (const settle of waiting.splice(0)) settle();
  };

  return {
    write(data) {
      unread += data.length;
      marks.read(data);
      terminal.write(Uint8Array.from(data), () => read(data.length));
    },
    get unread() {
      return unread;
    },
    settled: () => (unread === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    capture: (options) => capture(terminal, marks.marks, options),
    resize: (toCols, toRows) => terminal.resize(toCols, toRows),
    get cursorKeys() {
      return terminal.modes.applicationCursorKeysMode;
    },
    get bracketedPaste() {
      return marks.marks.bracketedPaste === 1;
    },
    close() {
      for (const settle of waiting.splice(0)) settle();
      waiting = [];
      terminal.dispose();
    },
  };
}

function capture(
  terminal: xterm.Terminal,
  marks: Marks,
  { history, styled, alternate, cursorRow }: CaptureOptions,
): ReturnType<Model['capture']> {
  const { active, normal } = terminal.buffer;
  const isHidden = active !== normal && active.type === 'alternate';
  const screen = (buffer: typeof active) => drawLines(buffer, buffer.baseY, buffer.baseY + terminal.rows, styled);
  return {
    modes: modesOf(terminal, marks),
    history: drawLines(normal, Math.max(normal.baseY - history, 0), normal.baseY, styled),
    screen: screen(active),
    hidden: alternate && isHidden ? screen(normal) : NOTHING,
    cursorRow: cursorRow === undefined ? NOTHING : drawRow(active, active.baseY + cursorRow, styled),
    // The stream has every byte since the program's first, and so what of a sequence is unfinished.
    pending: NOTHING,
    tabs: tabsOf(terminal),
  };
}

/** What a program set nothing of. */
const UNMARKED = Object.fromEntries(markNames.map((name) => [name, 0])) as Record<MarkName, number>;

const NOTHING = Buffer.alloc(0);

/** What the model knows and its public interface does not tell. */
interface Core {
  readonly buffer: {
    readonly scrollTop: number;
    readonly scrollBottom: number;
    readonly tabs: Readonly<Record<number, boolean>>;
  };
  readonly buffers: { readonly normal: { readonly savedX: number; readonly savedY: number; readonly ybase: number } };
  readonly coreService: { readonly isCursorHidden: boolean };
  readonly coreMouseService: { readonly activeEncoding: string };
}

const coreOf = (terminal: xterm.Terminal) => (terminal as unknown as { _core: Core })._core;

function tabsOf(terminal: xterm.Terminal): number[] {
  const { tabs } = coreOf(terminal).buffer;
  return Object.keys(tabs)
    .map(Number)
    .filter((column) => tabs[column] && column > 0 && column < terminal.cols);
}

function modesOf(terminal: xterm.Terminal, marks: Marks): Omit<Modes, 'dead'> {
  const { modes, cols, rows } = terminal;
  const { active, normal } = terminal.buffer;
  const { buffer, buffers, coreService, coreMouseService } = coreOf(terminal);
  const mouse = modes.mouseTrackingMode;
  return {
    cols,
    rows,
    cursorX: active.cursorX,
    cursorY: active.cursorY,
    alternate: Number(active.type === 'alternate'),
    cursorShown: Number(!coreService.isCursorHidden),
    wrap: Number(modes.wraparoundMode),
    insert: Number(modes.insertMode),
    keypad: Number(modes.applicationKeypadMode),
    keypadCursor: Number(modes.applicationCursorKeysMode),
    origin: Number(modes.originMode),
    mouseStandard: Number(mouse === 'vt200'),
    mouseButton: Number(mouse === 'drag'),
    mouseAny: Number(mouse === 'any'),
    mouseUtf8: 0,
    mouseSgr: Number(coreMouseService.activeEncoding === 'SGR'),
    scrollTop: buffer.scrollTop,
    scrollBottom: buffer.scrollBottom,
    history: normal.baseY,
    savedX: buffers.normal.savedX,
    savedY: Math.max(buffers.normal.savedY - buffers.normal.ybase, 0),
    ...UNMARKED,
    ...marks,
  };
}
