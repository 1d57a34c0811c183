/** The exit code of every kind of end, by commands against one daemon. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { errors } from '#protocol/errors';
import { type Daemon, startDaemon } from '../../support/daemon.js';
import { type Environment, rdv, start } from './program.js';

let daemon: Daemon;
let weak: string;
before(async () => {
  daemon = await startDaemon();
  const made = ['new', '-n', 'alpha', '-d', '-C', '/tmp', '--', 'cat'];
  assert.equal((await rdv(daemon.home, made)).code, 0);
  weak = (await rdv(daemon.home, ['token', 'create', 'weak', '--scopes', 'read'])).stdout.trim();
});
after(() => daemon.stop());

type Row = readonly [code: number, line: string, environment?: () => Environment];

const rows: readonly Row[] = [
  [0, 'ls'],
  [0, 'ls --help'],
  [1, 'doctor', () => ({ RDV_DAEMON: '/nowhere/rdvd.cjs' })],
  [2, 'ls --nonsense'],
  [2, 'sesion list'],
  [2, 'session'],
  [2, 'session close alpha'],
  [3, 'session get nobody'],
  [4, 'ls', () => ({ RDV_TOKEN: 'wrong' })],
  [5, 'session resume alpha'],
  [69, 'ls --socket /tmp/none.sock'],
  [69, 'ls', () => ({ REMOTE_DEV_DIR: '/etc/passwd' })],
  [1, 'logs', () => ({ REMOTE_DEV_DIR: '/etc/passwd' })],
  [69, 'ls --no-autostart', () => ({ REMOTE_DEV_DIR: '/nowhere/of/a/daemon' })],
  [75, 'daemon run'],
  [77, 'session rename alpha beta', () => ({ RDV_TOKEN: weak })],
  [124, 'session wait alpha --until exit --timeout-ms 20'],
  [0, 'run -- true'],
  [1, 'run -- false'],
  [42, 'run -- sh -c exit\\ 42'],
  [75, 'run -- sh -c exit\\ 75'],
  [137, 'run -- sh -c kill\\ -9\\ $$'],
];

test('a command ends with the code of what became of it', async () => {
  for (const [code, line, environment] of rows) {
    const words = line.split(/(?<!\\) /).map((word) => word.replaceAll('\\ ', ' '));
    const ended = await rdv(daemon.home, words, environment?.());
    assert.equal(ended.code, code, `${line}: ${ended.stderr}`);
  }
});

test('Ctrl-C ends a command with 130', async () => {
  const child = start(daemon.home, ['watch', '--jsonl']);
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  assert.deepEqual(await once(child, 'close'), [130, null]);
});

test('the kinds of errors have no other codes than these', () => {
  const known = new Set([...rows.filter(([, line]) => !line.startsWith('run ')).map(([code]) => code), 130]);
  const other = Object.entries(errors).filter(([, { exit }]) => !known.has(exit));
  assert.deepEqual(other, []);
});
