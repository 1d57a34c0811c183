/** The line that starts an agent: whatever its flags hold, a shell reads each as one argument and nothing else. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { sessionMethods } from '#protocol';
import { agentLine, quoted } from '../../../daemon/sessions/agent.js';
import { launchOf } from '../../../daemon/sessions/launch.js';
import { refused } from '../../support/refused.js';
import { createSurroundings } from '../../support/surroundings.js';
import { folderFor, reach, whole } from '../../support/whole.js';

const hostile = [
  ...['', "'", "''", '\\', "\\'", "'\\''", '$(touch pwned)', '`touch pwned`', '; touch pwned', '&& touch pwned', '!!'],
  ...[
    '$HOME',
    '~',
    '*',
    '?',
    '[a]',
    '{a,b}',
    '# note',
    '--model=opus',
    '-x',
    '=ls',
    '%1',
    '"',
    '"$(touch pwned)"',
    'é ☃',
  ],
];

const shells = ['sh', 'bash', 'dash', 'zsh', 'fish'].filter((shell) => spawnSync(shell, ['-c', ':']).status === 0);

/** What each argument of a line is, to a shell. */
function readBy(shell: string, argumentsOf: readonly (readonly string[])[]): string[][] {
  const lines = argumentsOf.map((flags) => `printf '%s\\0' ${[...flags, 'END'].map(quoted).join(' ')}`);
  const texts = execFileSync(shell, ['-c', lines.join('\n')], { encoding: 'utf8' }).split('\0');
  const all: string[][] = [[]];
  for (const text of texts.slice(0, -1)) {
    if (text === 'END') all.push([]);
    else all.at(-1)!.push(text);
  }
  return all.slice(0, -1);
}

const flag = fc
  .array(fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'grapheme', maxLength: 20 })), { maxLength: 4 })
  .map((parts) => parts.join('').replace(/[\x00-\x1f\x7f-\x9f]|\p{Cs}/gu, ''))
  .filter((text) => text !== 'END');
const runs = Number(process.env.RDV_SOAK_AGENT_FLAGS ?? 40);

for (const shell of shells) {
  test(`${shell} reads each flag as one argument, as it stands`, () => {
    assert.deepEqual(readBy(shell, [hostile]), [hostile]);
    const many = fc.array(fc.array(flag, { minLength: 1, maxLength: 6 }), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(many, (flags) => assert.deepEqual(readBy(shell, flags), flags)),
      { numRuns: runs },
    );
  });
}

test('a flag with a control character, which a line editor would obey, is refused, and so is a line that would be cut', () => {
  const { params } = sessionMethods['session/create'];
  for (const text of ['a\nb', '\x03', '\t', '\x1b[A', '\x7f', '\x9b'])
    assert.equal(params.safeParse({ agentFlags: [text] }).success, false, JSON.stringify(text));
  assert.equal(agentLine('claude', ['--model=opus', 'it is']), "claude '--model=opus' 'it is'");
  assert.throws(() => agentLine('codex', Array(5).fill('x'.repeat(1000))), refused('InvalidParams', /at most 4000/));
});

const endings = [
  'true',
  'true\n',
  'true ;',
  'true && ',
  'false ||',
  'sleep 0 &',
  'true &\n',
  'cd /\ntrue\n',
  'printf \\;',
  ' \n',
];
test('however a startup command ends, the agent is launched behind it', () => {
  const agent = { agentProvider: 'claude' as const, autoLaunchAgent: true, agentFlags: ['a b'] };
  const { current } = createSurroundings().preferences;
  for (const startupCommand of endings) {
    const { startupCommand: line } = launchOf({ ...agent, startupCommand }, current);
    const said = execFileSync('/bin/sh', ['-c', `claude() { echo "<$*>"; }\n${line}`]).toString();
    assert.match(said, /<a b>\n$/, JSON.stringify(line));
  }
  const failed = launchOf({ ...agent, startupCommand: 'false;\n' }, current).startupCommand;
  assert.equal(failed, "false && claude 'a b'");
});

test('an agent is launched behind the startup command with its flags, and by nothing a flag holds', async (t) => {
  const { client } = await whole(t);
  // What is typed while a shell still sets up its line editor may be lost; this one has none.
  await client.call('preference/set', { defaultShell: '/bin/sh' });
  const folder = folderFor(t);
  writeFileSync(join(folder, 'claude'), '#!/bin/sh\nprintf "%s\\0" "$@" > got\necho launched\n');
  chmodSync(join(folder, 'claude'), 0o755);
  const wanted = { projectPath: folder, agentProvider: 'claude', autoLaunchAgent: true, agentFlags: hostile } as const;
  const made = await client.call('session/create', { ...wanted, startupCommand: `PATH=${folder}:$PATH` });
  assert.equal(made.agentProvider, 'claude');
  await client.call('session/wait', { id: made.id, until: 'pattern', pattern: '^launched' });
  assert.deepEqual(readFileSync(join(folder, 'got'), 'utf8').split('\0').slice(0, -1), hostile);
  assert.equal(existsSync(join(folder, 'pwned')), false);
  const none = await client.call('session/create', { ...wanted, agentProvider: 'none', startupCommand: '' });
  assert.deepEqual([none.agentProvider, none.startup], ['none', null]);
  const own = client.call('session/create', { ...wanted, command: ['cat'] });
  await assert.rejects(own, refused('InvalidParams', /Leave out `command`/));
});

test('what a session is made with is kept over a restart; what nobody knows yet of it is unknown', async (t) => {
  const { daemon, client } = await whole(t);
  const wanted = { agentProvider: 'codex', isOrchestratorSession: true, profileId: 'work' } as const;
  const made = await client.call('session/create', { ...wanted, command: ['cat'] });
  const { agentProvider, isOrchestratorSession, profileId, agentState, health } = made;
  assert.deepEqual({ agentProvider, isOrchestratorSession, profileId }, wanted);
  assert.deepEqual([agentState, health], ['unknown', 'unknown']);
  assert.deepEqual([made.splitGroupId, made.splitOrder, made.splitSize], [null, 0, 0.5]);
  const plain = await client.call('session/create', { command: ['cat'] });
  assert.deepEqual([plain.agentProvider, plain.isOrchestratorSession, plain.profileId], [null, false, null]);
  await daemon.restart();
  const { sessions } = await (await reach(t, daemon)).call('session/list', {});
  assert.deepEqual(
    sessions.map(({ lastActivityAt: _, agentState: _state, ...rest }) => rest),
    [made, plain].map(({ lastActivityAt: _, agentState: _state, ...rest }) => rest),
  );
});
