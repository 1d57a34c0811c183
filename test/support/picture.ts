/** A terminal's screen as a picture: its text with its colours, for light and for dark pages. */
import xterm from '@xterm/headless';

export interface Glyph {
  /** Empty in the second column of a wide one. */
  readonly char: string;
  /** Classes of the picture's style sheet. */
  readonly look: string;
}

export type Glyphs = readonly (readonly Glyph[])[];

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

const COLOURS: Readonly<Record<number, string>> = { 1: 'red', 2: 'green', 3: 'yellow', 4: 'blue', 6: 'cyan', 8: 'dim' };

/** What stands on a screen after this was printed to it. */
export async function glyphsOf(printed: string, { cols, rows }: Size): Promise<Glyphs> {
  const terminal = new xterm.Terminal({ cols, rows, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(printed, resolve));
  const { active } = terminal.buffer;
  const glyphs = Array.from({ length: rows }, (_, y) => {
    const line = active.getLine(active.viewportY + y);
    return Array.from({ length: cols }, (_, x): Glyph => {
      const cell = line?.getCell(x);
      if (!cell) return { char: ' ', look: '' };
      const colour = cell.isFgPalette() ? COLOURS[cell.getFgColor() % 8 || cell.getFgColor()] : undefined;
      const looks = [colour, cell.isBold() && 'bold', cell.isDim() && 'dim', cell.isInverse() && 'inverse'];
      const look = looks.filter((each) => each).join(' ');
      return { char: cell.getWidth() === 0 ? '' : cell.getChars() || ' ', look };
    });
  });
  terminal.dispose();
  return glyphs;
}

export const textOf = (line: readonly Glyph[]): string => line.map(({ char }) => char).join('');

/** Each match replaced, in the looks that stood there; what follows moves, as it would on the screen. */
export function replaced(line: readonly Glyph[], what: RegExp, by: (match: string) => string): readonly Glyph[] {
  const text = textOf(line);
  const changed: Glyph[] = [];
  let at = 0;
  for (const match of text.matchAll(what)) {
    changed.push(...line.slice(at, match.index));
    const { look } = line[match.index]!;
    changed.push(...[...by(match[0])].map((char) => ({ char, look })));
    at = match.index + match[0].length;
  }
  return [...changed, ...line.slice(at)].slice(0, line.length);
}

const CELL = { width: 8.4, height: 18 };
const EDGE = 14;

const STYLE = `
  .page { fill: #ffffff; stroke: #d0d7de; }
  text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #1f2328; white-space: pre; }
  .bold { font-weight: 700; } .dim { opacity: .6; }
  .red { fill: #cf222e; } .green { fill: #1a7f37; } .yellow { fill: #9a6700; } .blue { fill: #0969da; } .cyan { fill: #1b7c83; }
  rect.inverse { fill: #1f2328; } text.inverse { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; stroke: #30363d; } text { fill: #e6edf3; }
    .red { fill: #ff7b72; } .green { fill: #3fb950; } .yellow { fill: #d29922; } .blue { fill: #58a6ff; } .cyan { fill: #39c5cf; }
    rect.inverse { fill: #e6edf3; } text.inverse { fill: #0d1117; }
  }
`;

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const figure = (n: number) => String(Math.round(n * 10) / 10);

/** The same glyphs make the same text. `title` is for those who do not see it. */
export function svgOf(glyphs: Glyphs, title: string): string {
  const width = figure(Math.max(...glyphs.map(({ length }) => length)) * CELL.width + 2 * EDGE);
  const height = figure(glyphs.length * CELL.height + 2 * EDGE);
  const lines = glyphs.flatMap((line, y) => runsOf(line).map((run) => drawn(run, y)));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
<rect class="page" x="0.5" y="0.5" width="${figure(Number(width) - 1)}" height="${figure(Number(height) - 1)}" rx="8"/>
${lines.join('\n')}
</svg>
`;
}

interface Run {
  readonly at: number;
  readonly text: string;
  readonly columns: number;
  readonly look: string;
}

/** Neighbours of one look; blanks alone are not drawn. */
function runsOf(line: readonly Glyph[]): Run[] {
  const runs: Run[] = [];
  for (const [at, { char, look }] of line.entries()) {
    const last = runs.at(-1);
    if (last?.look === look) runs[runs.length - 1] = { ...last, text: last.text + char, columns: last.columns + 1 };
    else runs.push({ at, text: char, columns: 1, look });
  }
  return runs.flatMap((run) => (run.look.includes('inverse') ? [run] : trimmed(run)));
}

function trimmed(run: Run): Run[] {
  const text = run.text.trim();
  const before = run.text.length - run.text.trimStart().length;
  const after = run.text.length - run.text.trimEnd().length;
  return text ? [{ ...run, at: run.at + before, text, columns: run.columns - before - after }] : [];
}

/** Each stands at its own column and is as wide as its columns, whatever font is there. */
function drawn({ at, text, columns, look }: Run, line: number): string {
  const x = figure(EDGE + at * CELL.width);
  const y = EDGE + line * CELL.height;
  const width = figure(columns * CELL.width);
  const named = look ? ` class="${look}"` : '';
  const ground = look.includes('inverse')
    ? `<rect class="inverse" x="${x}" y="${y}" width="${width}" height="${CELL.height}"/>`
    : '';
  return `${ground}<text${named} x="${x}" y="${y + 13}" textLength="${width}" lengthAdjust="spacingAndGlyphs">${escaped(text)}</text>`;
}
