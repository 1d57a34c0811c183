/** Agents that other agents start: known by the processes above them, and told as what they are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNested, type Process } from '../../../client/hook/nesting.js';
import { within } from '../../../client/hook/report.js';

test('an agent that another one runs as a command is known by what stands between them', () => {
  /** From the top; `!` begins another group. */
  const tree = (...lines: string[]) => {
    let group = 0;
    const all = lines.map((line, at): Process => {
      if (line.startsWith('!')) group++;
      return { parent: at, group, argv: line.replace('!', '').split(' ') };
    });
    return isNested(lines.length, (pid) => all[pid - 1]);
  };
  const [shell, bash, hook] = ['-bash', '!/bin/bash -c eval', '/bin/sh -c node rdv.cjs hook claude Stop'];
  const cases: [boolean, ...string[]][] = [
    [false, 'tmux', shell, '!claude', hook],
    [false, 'tmux', shell, '!node /usr/bin/codex', '/usr/lib/vendor/codex', hook],
    [false, 'tmux', shell, '!npm exec @google/gemini-cli', 'sh -c gemini', 'node /x/gemini', 'node /x/gemini', hook],
    [false, 'tmux', shell, '!opencode'],
    [false, 'tmux', shell, hook],
    [true, 'tmux', shell, '!claude', bash, 'claude -p x', hook],
    [true, 'tmux', shell, '!node /x/@anthropic-ai/claude-code/cli.js', bash, 'node x.js', 'codex exec x', hook],
    // The shell between them made way.
    [true, 'tmux', shell, '!codex', '!codex exec x', hook],
    [true, 'tmux', shell, '!codex', 'claude -p x', hook],
  ];
  for (const [nested, ...lines] of cases) assert.equal(tree(...lines), nested, lines.join(' < '));
  assert.equal(
    isNested(1, () => undefined),
    false,
  );
  assert.equal(
    isNested(1, () => ({ parent: 1, group: 1, argv: ['sh'] })),
    false,
  );
});

test('of an agent within another only the beginning and the end of its turns count, and they are never taken for its own', () => {
  const inner = { subagent: true, turnId: 'c2' };
  for (const [event, told] of [
    ['turnStart', { event: 'turnStart', ...inner }],
    ['turnEnd', { event: 'turnEnd', ...inner }],
    ['limited', { event: 'turnEnd', ...inner }],
    ['sessionEnd', { event: 'turnEnd', ...inner }],
    ['sessionStart', undefined],
    ['idle', undefined],
    ['permission', undefined],
  ] as const)
    assert.deepEqual(within({ event, agentSessionId: 'c2' }), told && { ...told, agentSessionId: 'c2' });
});
