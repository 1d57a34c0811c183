/** What a person sees of bytes: a reference terminal draws them, and everything there is to see is listed. */
import xterm from '@xterm/headless';

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

export interface Reference {
  write(data: Buffer | string): Promise<void>;
  resize(size: Size): void;
  seen(): Seen;
  close(): void;
}

export interface Seen {
  /** History and screen; where a line wraps on, its mark. */
  readonly text: readonly string[];
  /** Colours and attributes of every cell, run by run. */
  readonly styles: readonly string[];
  readonly cursor: readonly [x: number, y: number];
  readonly screen: string;
  readonly modes: object;
  readonly hidden: { readonly cursor: boolean; readonly shape: string };
}

export function createReference({ cols, rows }: Size, scrollback = 1000): Reference {
  const terminal = new xterm.Terminal({ cols, rows, scrollback, allowProposedApi: true });
  return {
    write: (data) => new Promise((resolve) => terminal.write(data, resolve)),
    resize: (size) => terminal.resize(size.cols, size.rows),
    seen: () => look(terminal),
    close: () => terminal.dispose(),
  };
}

/** Everything to see of some bytes in a fresh terminal. */
export async function seenOf(size: Size, ...parts: (Buffer | string)[]): Promise<Seen> {
  const reference = createReference(size);
  for (const part of parts) await reference.write(part);
  const seen = reference.seen();
  reference.close();
  return seen;
}

function look(terminal: InstanceType<typeof xterm.Terminal>): Seen {
  const { active } = terminal.buffer;
  const lines = Array.from({ length: active.length }, (_, at) => active.getLine(at)!);
  // No public word tells of these two.
  const { coreService } = (terminal as any)._core;
  const { cursorStyle, cursorBlink } = coreService.decPrivateModes;
  return {
    text: lines.map((line, at) => `${lines[at + 1]?.isWrapped ? '~' : ''}${line.translateToString(true).trimEnd()}`),
    styles: lines.map((line) => stylesOf(line, terminal.cols)),
    cursor: [active.cursorX, active.cursorY],
    screen: active.type,
    modes: { ...terminal.modes },
    hidden: { cursor: coreService.isCursorHidden, shape: `${cursorStyle} ${cursorBlink}` },
  };
}

type Line = NonNullable<ReturnType<xterm.Terminal['buffer']['active']['getLine']>>;
type Cell = NonNullable<ReturnType<Line['getCell']>>;

/** A blank of the usual look is like no cell at all. */
function stylesOf(line: Line, cols: number): string {
  const styles = Array.from({ length: cols }, (_, x) => styleOf(line.getCell(x)!));
  return styles
    .flatMap((style, x) => (style === styles[x - 1] ? [] : [`${x}:${style}`]))
    .filter((run, at, all) => !(run.endsWith(':') && at === all.length - 1))
    .join(' ');
}

function styleOf(cell: Cell): string {
  const attributes = [
    'Bold',
    'Dim',
    'Italic',
    'Underline',
    'Blink',
    'Inverse',
    'Invisible',
    'Strikethrough',
    'Overline',
  ];
  const set = attributes.filter((name) => (cell as any)[`is${name}`]());
  const foreground = cell.isFgDefault() ? [] : [`f${cell.getFgColorMode() >> 24}.${cell.getFgColor()}`];
  const background = cell.isBgDefault() ? [] : [`b${cell.getBgColorMode() >> 24}.${cell.getBgColor()}`];
  const blank = cell.getChars().trim() === '';
  // Of a blank only some attributes show.
  const shown = blank ? set.filter((name) => !['Bold', 'Dim', 'Italic', 'Blink', 'Invisible'].includes(name)) : set;
  const ink = blank && !shown.length ? [] : foreground;
  return [...shown, ...ink, ...background].join(',');
}
