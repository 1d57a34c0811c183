/** The corpus of agents' screens, and what the daemon makes of a screen. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentState, BlockedKind } from '#protocol';
import type { Provider } from '../../daemon/agents/evidence.js';
import { begin, looked } from '../../daemon/agents/gather.js';
import { type Grid, readGrid } from '../../daemon/agents/grid.js';
import { builtIn } from '../../daemon/agents/manifests/index.js';
import { createReader, type Reading } from '../../daemon/agents/reading.js';
import { openScreen } from '../../daemon/agents/screen.js';
import { createSequenceReader, type Told } from '../../daemon/agents/sequences.js';
import { judge, type Verdict } from '../../daemon/agents/verdict.js';
import { root } from './documents.js';

/** What `expected.json` of a case says. */
export interface Expected {
  readonly state: AgentState;
  readonly kind?: BlockedKind;
  readonly title?: string;
  readonly composer?: string;
  readonly options?: readonly string[];
}

export interface CorpusScreen {
  readonly provider: Provider;
  readonly name: string;
  readonly cols: number;
  /** What was printed, with line feeds at the ends of lines. */
  readonly text: string;
  readonly expected: Expected;
}

export const WIDTHS = [40, 80, 200];
export const ROWS = 40;
/** A moment of a corpus that stands still. */
export const NOW = Date.UTC(2025, 9, 6, 9, 30);

export function readCorpus(): CorpusScreen[] {
  const home = join(root, 'test/screens');
  return (Object.keys(builtIn) as Provider[]).flatMap((provider) =>
    readdirSync(join(home, provider)).flatMap((name) => {
      const folder = join(home, provider, name);
      const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected;
      return WIDTHS.map((cols) => {
        const text = readFileSync(join(folder, `${cols}.screen`), 'utf8');
        return { provider, name, cols, text, expected };
      });
    }),
  );
}

export interface Drawn {
  readonly grid: Grid;
  readonly told: Told;
}

/** As a terminal of that size shows it. */
export async function drawScreen(text: string, { cols, rows = ROWS, title = '' }: DrawnSize): Promise<Drawn> {
  const bytes = Buffer.from(text.replaceAll('\n', '\r\n'));
  const sequences = createSequenceReader();
  sequences.read(bytes);
  const screen = openScreen(cols, rows);
  screen.write(bytes);
  await screen.settled();
  const grid = readGrid(screen.cells(), title);
  screen.close();
  return { grid, told: sequences.told };
}

interface DrawnSize {
  readonly cols: number;
  readonly rows?: number;
  readonly title?: string | undefined;
}

const readers = Object.fromEntries(
  Object.values(builtIn).map((manifest) => [manifest.provider, createReader(manifest)]),
);

export interface Judged {
  readonly reading: Reading;
  readonly verdict: Verdict;
}

/** What is made of a screen of a program that started long ago, stands still and shows nothing else. */
export function judgeScreen(provider: Provider, { grid, told }: Drawn): Judged {
  const reading = readers[provider]!(grid, { ...told, version: undefined }, NOW);
  const { graceMs, startsSlowly } = builtIn[provider];
  const begun = { ...begin({ spawnId: 'x', startedAt: 0, graceMs, startsSlowly }), ready: true };
  return { reading, verdict: judge(looked(begun, reading.claims, true, NOW), undefined, NOW) };
}
