/** The corpus: screens of agents as they are drawn at three widths, and what is true of each. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CorpusScreen, drawScreen, type Judged, judgeScreen, NOW, readCorpus } from '../../support/screens.js';

/** Of a hundred screens so many are read rightly at least. */
const RIGHT = 99;
/** Drawn at a time. */
const TOGETHER = 60;

interface Seen extends CorpusScreen {
  readonly judged: Judged;
  readonly as: string;
}

/** What is made of every screen; the terminals are drawn side by side, for each takes a moment to begin. */
const seen = (async () => {
  const corpus = readCorpus();
  const all: Seen[] = [];
  const look = async (screen: CorpusScreen): Promise<Seen> => {
    const { provider, name, cols, text, expected } = screen;
    const judged = judgeScreen(provider, await drawScreen(text, { cols, title: expected.title }));
    return { ...screen, judged, as: `${provider}/${name} at ${cols}` };
  };
  for (let at = 0; at < corpus.length; at += TOGETHER)
    all.push(...(await Promise.all(corpus.slice(at, at + TOGETHER).map(look))));
  return all;
})();

test('screens are read for what they show, at 40, 80 and 200 columns; one that asks is never taken for idle', async () => {
  const all = await seen;
  assert.ok(all.length >= 300, `only ${all.length} screens`);
  const wrong: string[] = [];
  const harmful: string[] = [];
  for (const { as, expected, judged } of all) {
    const { state, blocked, evidence } = judged.verdict;
    const said = `${state} ${blocked?.kind ?? ''}`;
    const meant = `${expected.state} ${expected.kind ?? ''}`;
    if (said !== meant) wrong.push(`${as}: ${meant} was read as ${said} by ${evidence[0]?.rule}`);
    if (expected.state === 'blocked' && state === 'idle') harmful.push(as);
  }
  assert.deepEqual(harmful, []);
  const right = 100 - (100 * wrong.length) / all.length;
  assert.ok(right >= RIGHT, `${right.toFixed(1)} % right of ${all.length}:\n${wrong.join('\n')}`);
});

test('what stands in the prompt box is what a person typed, and a dialog has the options it shows', async () => {
  const flat = (text: string | undefined) => text?.replace(/\s+/g, ' ');
  for (const { as, expected, judged } of await seen) {
    const { composer, dialog } = judged.reading;
    const options = dialog?.options.map(({ label }) => label);
    if (expected.composer !== undefined) assert.equal(flat(composer?.text), flat(expected.composer), as);
    if (expected.options) assert.deepEqual(options, expected.options, as);
  }
});

test('a limit tells when it ends', async () => {
  const ends = new Map([
    ['claude/limit-hit', Date.UTC(2025, 9, 6, 19)],
    ['claude/limit-reached', Date.UTC(2025, 9, 6, 13)],
    ['codex/limit-days', NOW + ((3 * 24 + 4) * 60 + 12) * 60_000],
    ['gemini/limit-quota', NOW + (2 * 60 + 13) * 60_000],
  ]);
  for (const { provider, name, as, judged } of await seen) {
    const end = ends.get(`${provider}/${name}`);
    if (end !== undefined) assert.equal(judged.verdict.until, end, as);
  }
});
