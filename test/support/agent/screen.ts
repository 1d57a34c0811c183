/** A screen that is drawn line by line, only where it changed. */
import stringWidth from 'string-width';

export interface Drawn {
  /** Styled; never longer than the screen is wide when seen. */
  readonly lines: readonly string[];
  /** Row and column of the cursor, from 0. */
  readonly cursor: readonly [row: number, column: number];
  readonly title: string;
  /** Whether the terminal is told by OSC 9;4 that something goes on. */
  readonly progress: boolean | undefined;
}

/** `write` gets what changes the screen from the last drawing to this one. */
export function createScreen(write: (text: string) => void) {
  let shown: readonly string[] = [];
  let title = '';
  let progress: boolean | undefined;
  return {
    draw(next: Drawn): void {
      let out = '';
      next.lines.forEach((line, row) => {
        if (line !== shown[row]) out += `\x1b[${row + 1};1H\x1b[2K${line}\x1b[0m`;
      });
      if (next.lines.length < shown.length) out += `\x1b[${next.lines.length + 1};1H\x1b[J`;
      if (next.title !== title) out += `\x1b]0;${next.title}\x07`;
      if (next.progress !== progress && next.progress !== undefined) out += `\x1b]9;4;${next.progress ? 3 : 0};\x07`;
      ({ lines: shown, title, progress } = next);
      const [row, column] = next.cursor;
      if (out) write(`\x1b[?25l${out}\x1b[${row + 1};${column + 1}H\x1b[?25h`);
    },
    /** Draws everything the next time. */
    forget(): void {
      shown = [];
      write('\x1b[2J');
    },
  };
}

/** The text in rows of this width, broken anywhere, as agents do in their composers; tabs as blanks. */
export function wrap(text: string, width: number): string[] {
  return text
    .replace(/\t/g, '    ')
    .split('\n')
    .flatMap((line) => (NARROW.test(line) ? pieces(line, width) : measured(line, width)));
}

/** Characters that take one column each: to measure them one by one takes its time. */
const NARROW = /^[\x20-\x7e\u00a0-\u024f\u2010-\u2027\u2190-\u22ff\u2500-\u25ff\u2731-\u2747\u2800-\u28ff]*$/;

const pieces = (line: string, width: number) =>
  Array.from({ length: Math.max(Math.ceil(line.length / width), 1) }, (_, at) =>
    line.slice(at * width, (at + 1) * width),
  );

function measured(line: string, width: number): string[] {
  const rows = [''];
  let used = 0;
  for (const { segment } of segmenter.segment(line)) {
    const wide = stringWidth(segment);
    if (used + wide > width) {
      rows.push('');
      used = 0;
    }
    rows[rows.length - 1] += segment;
    used += wide;
  }
  return rows;
}

const segmenter = new Intl.Segmenter();

/** As much of a plain line as fits. */
export const cut = (line: string, width: number): string => wrap(line, width)[0]!;
