/** The corpus: screens of agents as they are drawn at three widths, and what is true of each. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawScreen, judgeScreen, readCorpus } from '../../support/screens.js';

const corpus = readCorpus();

/** Of a hundred screens so many are read rightly at least. */
const RIGHT = 99;

test('screens are read for what they show, at 40, 80 and 200 columns; one that asks is never taken for idle', async () => {
  assert.ok(corpus.length >= 300, `only ${corpus.length} screens`);
  const wrong: string[] = [];
  const harmful: string[] = [];
  for (const { provider, name, cols, text, expected } of corpus) {
    const { verdict } = judgeScreen(provider, await drawScreen(text, { cols, title: expected.title }));
    const said = `${verdict.state} ${verdict.blocked?.kind ?? ''}`.trim();
    const meant = `${expected.state} ${expected.kind ?? ''}`.trim();
    if (said === meant) continue;
    const line = `${provider}/${name} at ${cols}: ${meant} was read as ${said} by ${verdict.evidence[0]?.rule}`;
    wrong.push(line);
    if (expected.state === 'blocked' && verdict.state === 'idle') harmful.push(line);
  }
  assert.deepEqual(harmful, []);
  const right = 100 - (100 * wrong.length) / corpus.length;
  assert.ok(right >= RIGHT, `${right.toFixed(1)} % right of ${corpus.length}:\n${wrong.join('\n')}`);
  if (process.env.RDV_SCREENS)
    process.stdout.write(`${right.toFixed(1)} % right of ${corpus.length}\n${wrong.join('\n')}\n`);
});

test('what stands in the prompt box is what a person typed, and a dialog has the options it shows', async () => {
  const wrong: string[] = [];
  for (const { provider, name, cols, text, expected } of corpus) {
    if (expected.composer === undefined && !expected.options) continue;
    const { reading } = judgeScreen(provider, await drawScreen(text, { cols, title: expected.title }));
    const { composer, dialog } = reading;
    const typed = composer?.text.replace(/\s+/g, ' ');
    const options = dialog?.options.map(({ label }) => label);
    if (expected.composer !== undefined && typed !== expected.composer.replace(/\s+/g, ' '))
      wrong.push(`${provider}/${name} at ${cols}: the box holds ${JSON.stringify(composer?.text)}`);
    if (expected.options && JSON.stringify(options) !== JSON.stringify(expected.options))
      wrong.push(`${provider}/${name} at ${cols}: the options are ${JSON.stringify(options)}`);
  }
  assert.deepEqual(wrong, []);
});
