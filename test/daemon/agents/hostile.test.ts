/** Screens nobody wrote for the corpus: other screens, quotations and noise scrolled above, in terminals of any size. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { builtIn } from '../../../daemon/agents/manifests/index.js';
import { type CorpusScreen, drawScreen, judgeScreen, readCorpus } from '../../support/screens.js';

const corpus = readCorpus();
const runs = Number(process.env.RDV_SOAK_SCREENS ?? 120);

/** What says the opposite of many screens, if it is taken for more than a quotation. */
const quotations = [
  '✻ Pondering… (12s · esc to interrupt)',
  '• Working (12s • esc to interrupt)',
  '⠏ Thinking (esc to cancel, 4s)',
  'Do you want to proceed?',
  '❯ 1. Yes',
  '› 1. Yes, proceed (y)',
  '● 1. Yes, allow once',
  'Press enter to confirm or esc to cancel',
  '△ Permission required',
  'Enter to select · ↑/↓ to navigate · Esc to cancel',
  "⎿  You've hit your usage limit · resets 3pm",
  '❯ ',
  '› ',
  '> ',
  '│ > Type your message',
  '╭──────────────╮',
  '╰──────────────╯',
  '────────────────────',
  '[sudo] password for ann: ',
  '$ ',
];

const noise = fc.oneof(
  fc.constantFrom(...quotations),
  fc.string({ unit: 'grapheme', maxLength: 60 }).map((text) => text.replace(/\p{C}/gu, '')),
  fc.constant(''),
);

/** A screen of the corpus, with what scrolled above it. A full-screen program has nothing above. */
const scene = fc
  .record({
    at: fc.nat({ max: corpus.length - 1 }),
    above: fc.array(noise, { maxLength: 12 }),
    screenAbove: fc.option(fc.nat({ max: corpus.length - 1 }), { freq: 2 }),
    rows: fc.integer({ min: 30, max: 60 }),
  })
  .filter(({ at }) => !/\x1b\[/.test(corpus[at]!.text.replace(/\x1b\[[\d;]*m/g, '')) && corpus[at]!.name !== 'blank');

type Scene = typeof scene extends fc.Arbitrary<infer S> ? S : never;

function textOf({ at, above, screenAbove }: Scene): string {
  const screen = corpus[at]!;
  const other = screenAbove === null ? undefined : corpus[screenAbove];
  const fits = other && other.provider === screen.provider && !/\x1b[^[]|\x1b\[[\d;?]*[^\d;?m]/.test(other.text);
  return [...(fits ? [other.text] : []), ...above, screen.text].join('\n');
}

const isTall = ({ text, cols }: CorpusScreen, rows: number) =>
  text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / cols)), 0) > rows - 2;

test('whatever scrolled above a screen, what asks is never taken for idle, and what is seen is nearly always the same', async () => {
  const wrong: string[] = [];
  let judged = 0;
  const property = fc.asyncProperty(scene, async (given) => {
    const screen = corpus[given.at]!;
    if (isTall(screen, given.rows)) return;
    const { cols, expected, provider, name } = screen;
    const drawn = await drawScreen(textOf(given), { cols, rows: given.rows, title: expected.title });
    const { state, evidence } = judgeScreen(provider, drawn).verdict;
    judged++;
    if (state !== expected.state) wrong.push(`${provider}/${name} at ${cols}: ${state} by ${evidence[0]?.rule}`);
    assert.ok(expected.state !== 'blocked' || state !== 'idle', `${provider}/${name} asks, and was taken for idle`);
  });
  await fc.assert(property, { numRuns: runs });
  const right = 100 - (100 * wrong.length) / judged;
  assert.ok(right >= 97, `${right.toFixed(1)} % right of ${judged}:\n${wrong.join('\n')}`);
});

test('a screen in a terminal that just became wider, or of another program, is never idle while it asks', async () => {
  const asking = corpus.filter(({ expected, provider }) => expected.state === 'blocked' && provider !== 'shell');
  const scenes = fc.record({
    screen: fc.constantFrom(...asking),
    wider: fc.integer({ min: 0, max: 60 }),
    provider: fc.constantFrom(...Object.values(builtIn).map(({ provider }) => provider)),
  });
  const property = fc.asyncProperty(scenes, async ({ screen, wider, provider }) => {
    const drawn = await drawScreen(screen.text, { cols: screen.cols + wider, title: screen.expected.title });
    assert.notEqual(judgeScreen(screen.provider, drawn).verdict.state, 'idle');
    assert.notEqual(judgeScreen(provider, drawn).verdict.state, 'idle', `read as ${provider}`);
  });
  await fc.assert(property, { numRuns: runs });
});
