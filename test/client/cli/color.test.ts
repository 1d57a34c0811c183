/** When output has colours, by flag, environment and terminal. */
import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { isColored } from '../../../client/cli/color.js';
import { rdv } from './program.js';

type Row = readonly [environment: Record<string, string>, onTerminal: boolean, piped: boolean];

const rows: readonly Row[] = [
  [{}, true, false],
  [{ TERM: 'xterm-256color' }, true, false],
  [{ TERM: 'dumb' }, false, false],
  [{ NO_COLOR: '1' }, false, false],
  [{ NO_COLOR: '0' }, false, false],
  [{ NO_COLOR: '' }, true, false],
  [{ CLICOLOR: '0' }, false, false],
  [{ CLICOLOR: '1' }, true, false],
  [{ FORCE_COLOR: '1' }, true, true],
  [{ FORCE_COLOR: '0' }, false, false],
  [{ FORCE_COLOR: 'false' }, false, false],
  [{ FORCE_COLOR: '' }, true, false],
  [{ CLICOLOR_FORCE: '1' }, true, true],
  [{ CLICOLOR_FORCE: '0' }, true, false],
  [{ FORCE_COLOR: '1', TERM: 'dumb' }, true, true],
  [{ FORCE_COLOR: '1', CLICOLOR: '0' }, true, true],
  [{ FORCE_COLOR: '0', CLICOLOR_FORCE: '1' }, false, false],
  [{ CLICOLOR_FORCE: '1', CLICOLOR: '0' }, true, true],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, false],
  [{ CLICOLOR_FORCE: '1', NO_COLOR: '1' }, false, false],
  [{ FORCE_COLOR: '1', NO_COLOR: '' }, true, true],
];

test('the environment and the terminal decide, NO_COLOR before all others', () => {
  for (const [environment, onTerminal, piped] of rows) {
    const found = [true, false].map((isTerminal) => isColored({ isTerminal, environment }));
    assert.deepEqual(found, [onTerminal, piped], JSON.stringify(environment));
  }
});

test('--no-color wins over everything', () => {
  for (const [environment] of rows)
    for (const isTerminal of [true, false])
      assert.equal(isColored({ flag: false, isTerminal, environment }), false, JSON.stringify(environment));
});

test('a command obeys them', async () => {
  const painted = async (environment: Record<string, string>, ...args: string[]) => {
    const { code, stdout } = await rdv(`${tmpdir()}/rdv-none`, ['config', 'show', ...args], environment);
    assert.equal(code, 0);
    return stdout.includes('\x1b[');
  };
  assert.equal(await painted({}), false);
  assert.equal(await painted({ FORCE_COLOR: '1' }), true);
  assert.equal(await painted({ FORCE_COLOR: '1', NO_COLOR: '1' }), false);
  assert.equal(await painted({ FORCE_COLOR: '1' }, '--no-color'), false);
});
