/** Sessions in a real daemon with a real tmux: their life, and what hostile names and arguments become. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { refused } from '../../support/refused.js';
import { folderFor, heard, whole } from '../../support/whole.js';

test('a session lives: made, listed, typed into, read, waited for, suspended, resumed, renamed, closed', async (t) => {
  const { client } = await whole(t);
  const heardOf: string[] = [];
  for (const name of ['session/created', 'session/changed', 'session/exited'] as const)
    client.on(name, ({ session }) => heardOf.push(`${name} ${session.name} ${session.status}`));
  await client.call('event/subscribe', {});
  const closing = heard(client, 'session/changed', ({ session }) => session.status === 'closed');
  const directory = folderFor(t);

  const made = await client.call('session/create', {
    name: 'life',
    projectPath: directory,
    command: ['sh'],
    environment: { PS1: 'go> ' },
  });
  const { id } = made;
  const wait = (pattern: string) => client.call('session/wait', { id, until: 'pattern', pattern });
  assert.deepEqual(await client.call('session/get', { id }), { ...made, repository: null });
  assert.deepEqual((await client.call('session/list', {})).sessions, [made]);
  await wait('^go>');
  await client.call('session/exec', { id, command: 'echo "made in $PWD; é"' });
  assert.equal((await wait('^made in')).line, `made in ${directory}; é`);
  assert.equal((await client.call('session/wait', { id, until: 'idle', idleMs: 50 })).reason, 'idle');
  await client.call('session/send', { id, text: 'echo a;', keys: ['Enter'] });
  await wait('^a$');
  await client.call('session/send', { id, text: 'false\nec', enter: false });
  await client.call('session/send', { id, text: 'ho $? sent', enter: true });
  // The shell may show its prompt only after the line was typed.
  assert.match((await wait('\\d sent$')).line ?? '', /^(go> )?1 sent$/);
  assert.match((await client.call('session/scrollback', { id, lines: 50 })).content, /^go> echo "made in/);

  assert.equal((await client.call('session/suspend', { id })).status, 'suspended');
  await assert.rejects(
    client.call('session/exec', { id, command: 'x' }),
    refused('Conflict', /Resume it first/, 'SESSION_SUSPENDED'),
  );
  assert.equal((await client.call('session/resume', { id })).status, 'active');
  assert.equal((await client.call('session/rename', { id, name: 'after' })).name, 'after');
  await client.call('session/exec', { id, command: 'exit 5' });
  const { reason, exitCode } = await client.call('session/wait', { id, until: 'exit' });
  assert.deepEqual([reason, exitCode], ['exited', 5]);
  assert.match((await client.call('session/scrollback', { id })).content, /exit 5/);
  assert.deepEqual(await client.call('session/close', { id }), { success: true });
  assert.equal((await closing).session.exit?.code, 5);
  assert.deepEqual(heardOf, [
    'session/created life active',
    'session/changed life suspended',
    'session/changed life active',
    'session/changed after active',
    'session/exited after active',
    'session/changed after closed',
  ]);
  await assert.rejects(
    client.call('session/close', { id }),
    refused('Conflict', /is closed/, 'INVALID_STATE_TRANSITION'),
  );
});

const CANARY = `rdv-canary-${process.pid}`;
/** Texts that mean something to a shell, to tmux's parser or to its formats. */
const hostile = [
  'plain',
  'two words',
  ' around ',
  "it's",
  'a "quoted" one',
  `#(touch ${CANARY})`,
  `$(touch ${CANARY})`,
  `\`touch ${CANARY}\``,
  `; touch ${CANARY}`,
  `a; run-shell 'touch ${CANARY}' ;`,
  'ends in ;',
  ';',
  '\\;',
  '$HOME',
  `$\{HOME}`,
  '~',
  '#{pane_id}',
  '#S#W##',
  '%H%1%%',
  '{ braces }',
  '{',
  'line\nbreak',
  'ends in newline\n',
  'tab\there',
  'back\\slash\\',
  '\\n\\073\\0',
  '-leading',
  '--',
  '-c',
  '*?[a-z]!',
  'ünïcödé 日本 🙂',
  '\x1b[31m\x07\x7f',
  '&|<>()',
  '=equals=',
];

test('hostile directories, arguments and variables arrive exactly and run nothing', async (t) => {
  const { client } = await whole(t);
  const at = folderFor(t);
  const report = join(at, 'report.sh');
  writeFileSync(report, '#!/bin/sh\nout=$1; shift; printf "%s\\0" "$PWD" "$HOSTILE" "$@" >"$out"\n', { mode: 0o700 });
  const arrived = async (number: number, name: string) => {
    const projectPath = join(at, `dir ${number}`, name);
    mkdirSync(projectPath, { recursive: true });
    const out = join(at, `${number}.out`);
    const { id } = await client.call('session/create', {
      ...{ name, projectPath, command: [report, out, ...hostile, ''], environment: { HOSTILE: name } },
    });
    await client.call('session/wait', { id, until: 'exit' });
    assert.deepEqual(
      readFileSync(out, 'utf8').split('\0'),
      [projectPath, name, ...hostile, '', ''],
      JSON.stringify(name),
    );
    const canaries = [projectPath, at, '/', homedir(), process.cwd()].filter((folder) =>
      existsSync(join(folder, CANARY)),
    );
    for (const folder of canaries) rmSync(join(folder, CANARY));
    assert.deepEqual(canaries, [], `${JSON.stringify(name)} ran something`);
    await client.call('session/close', { id });
  };
  assert.ok(hostile.length >= 30);
  await Promise.all(hostile.map((name, number) => arrived(number, name)));
});

test('what is typed arrives exactly, and runs nothing but what reads it', async (t) => {
  const { client } = await whole(t);
  const at = folderFor(t);
  const typed = hostile.filter((text) => !/[\n\x07\x7f]/.test(text));
  const out = join(at, 'typed');
  const command = [
    'sh',
    '-c',
    `stty raw -echo; echo ready; exec head -c ${Buffer.byteLength(typed.join(''))} >"$1"`,
    'sh',
    out,
  ];
  const { id } = await client.call('session/create', { command, projectPath: at });
  await client.call('session/wait', { id, until: 'pattern', pattern: 'ready' });
  for (const text of typed) await client.call('session/send', { id, text });
  await client.call('session/wait', { id, until: 'exit' });
  assert.equal(readFileSync(out, 'utf8'), typed.join(''));
  assert.equal(existsSync(join(at, CANARY)), false);
});

test('a session starts clean: no secret of the daemon, its own variables, a UTF-8 locale, a usable terminal', async (t) => {
  const secret = { RDV_TEST_API_KEY: 'secret' };
  Object.assign(process.env, secret);
  t.after(() => void delete process.env.RDV_TEST_API_KEY);
  const { daemon, client } = await whole(t);
  const out = join(folderFor(t), 'env');
  const { id } = await client.call('session/create', {
    command: ['sh', '-c', 'env -0 >"$1"', 'sh', out],
    environment: { MINE: 'a\nb', EMPTY: '' },
  });
  await client.call('session/wait', { id, until: 'exit' });
  const environment = Object.fromEntries(
    readFileSync(out, 'utf8')
      .split('\0')
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  assert.equal(environment.RDV_TEST_API_KEY, undefined);
  assert.equal(environment.REMOTE_DEV_DIR, undefined);
  assert.deepEqual([environment.MINE, environment.EMPTY], ['a\nb', '']);
  assert.deepEqual([environment.RDV_SESSION_ID, environment.RDV_API_SOCKET], [id, daemon.socket]);
  assert.match(environment.TERM ?? '', /^(tmux|screen|xterm)-256color$/);
  assert.match(environment.LC_ALL || environment.LC_CTYPE || environment.LANG || '', /utf-?8/i);
});

test('programs make files as they would have without the daemon, whose own are private', async (t) => {
  const { daemon, client } = await whole(t);
  const made = join(folderFor(t), 'made');
  const { id } = await client.call('session/create', { command: ['touch', made] });
  await client.call('session/wait', { id, until: 'exit' });
  assert.equal(statSync(made).mode & 0o777, 0o666 & ~process.umask());
  for (const file of ['rdv.db', 'cli-token', 'log/rdvd.log', 'run/rdvd.pid'])
    assert.equal(statSync(join(daemon.home, file)).mode & 0o077, 0, file);
});

test('programs that end while their sessions are being made are known to have ended', async (t) => {
  const { client } = await whole(t);
  const made = await Promise.all(
    Array.from({ length: 30 }, () => client.call('session/create', { command: ['sh', '-c', 'exit 3'] })),
  );
  const ends = made.map(({ id }) => client.call('session/wait', { id, until: 'exit', timeoutMs: 10_000 }));
  assert.deepEqual(
    (await Promise.all(ends)).map(({ exitCode }) => exitCode),
    made.map(() => 3),
  );
});
