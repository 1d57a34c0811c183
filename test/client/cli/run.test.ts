/** `rdv run`, `rdv record` and `rdv play` as they are typed: output, exit codes, files, and what a person sees. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { methods } from '#protocol';
import { RESTORE } from '../../../client/cli/modes.js';
import { type Daemon, startDaemon } from '../../support/daemon.js';
import { inTerminal, rdv, start } from './program.js';

let daemon: Daemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.stop());
const run = (...args: string[]) => rdv(daemon.home, args);

test('rdv run prints what the command prints, and ends as it ends', async () => {
  const outcome = await run('run', '-C', '/', '-e', 'WORD=ü', '--', 'sh', '-c', 'pwd; echo "$WORD"; exit 9');
  assert.deepEqual(outcome, { code: 9, stdout: '/\nü\n', stderr: '' });
  const lines = await run('run', 'seq', '1', '300000');
  assert.equal(lines.stdout, Array.from({ length: 300_000 }, (_, i) => `${i + 1}\n`).join(''));
});

test('rdv run --json prints the result of the method, and nothing else', async () => {
  const { code, stdout } = await run('run', '--json', '--', 'sh', '-c', 'echo x; exit 2');
  const result = methods['session/run'].result.parse(JSON.parse(stdout));
  assert.deepEqual([code, result.exitCode, result.output], [2, 2, 'x\n']);
});

test('a run that takes too long ends with 124, and one that is interrupted ends its command with 130', async () => {
  const late = await run('run', '--timeout', '300', '--', 'sh', '-c', 'echo begun; sleep 60');
  assert.deepEqual([late.code, late.stdout], [124, 'begun\n']);
  assert.match(late.stderr, /ended after 300 ms/);
  const screen = inTerminal(daemon.home, 'exec $RDV run -- sh -c "echo begun; sleep 60"');
  await screen.shows('begun');
  process.kill(screen.pid, 'SIGINT');
  await screen.shows('Interrupted; the command was ended.');
  assert.equal(await screen.ended, 130);
  assert.doesNotMatch((await run('ls')).stdout, /begun/);
});

test('a run whose daemon dies tells where the command goes on', async (t) => {
  const own = await startDaemon();
  t.after(() => own.stop());
  const screen = inTerminal(own.home, 'exec $RDV run -- sh -c "echo begun; sleep 60"');
  await screen.shows('begun');
  await own.kill9();
  await screen.shows(/may go on in session [0-9a-f]{8}/);
  await screen.shows(/rdv attach [0-9a-f]{8}/);
  assert.equal(await screen.ended, 69);
});

test('a program that is not there is told with its cure', async () => {
  const { code, stderr } = await run('run', 'no-such-program');
  assert.equal(code, 2);
  assert.match(stderr, /no program "no-such-program"/);
});

test('on a terminal what a run or a recording asks is not answered, and what it sets is ended with it', async () => {
  const questions = String.raw`\033[?1049h\033[?1003h\033[c\033[6ndone`;
  const path = join(daemon.home, 'asking.cast');
  const event = [0, 'o', '\x1b[?1049h\x1b[?1003h\x1b[c\x1b[6ndone'];
  writeFileSync(path, `{"version":2,"width":80,"height":24}\n${JSON.stringify(event)}\n`);
  for (const command of [`run -- printf '${questions}'`, `play ${path} < /dev/null`]) {
    const screen = inTerminal(daemon.home, `$RDV ${command}; echo over`);
    await screen.shows('\x1b[?1049h\x1b[?1003hdone');
    await screen.shows(RESTORE);
    await screen.shows('over');
    await screen.ended;
  }
  const plain = inTerminal(daemon.home, '$RDV run -- echo plain');
  await plain.ended;
  assert.equal(plain.text, 'plain\r\n');
});

test('who reads nothing of a run costs bounded memory, and is told what was missed', { timeout: 60_000 }, async () => {
  const bytes = 24_000_000;
  const script = `yes ${'x'.repeat(199)} | head -c ${bytes}`;
  const child = start(daemon.home, ['run', '-n', 'flood', '--', 'sh', '-c', script]);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(child.stderr, 'data');
  let read = 0;
  child.stdout.on('data', (data: Buffer) => (read += data.length));
  assert.deepEqual(await once(child, 'close'), [0, null]);
  const [, missing] = /^rdv: (\d+) bytes of output are missing above/.exec(stderr) ?? [];
  assert.equal(read + Number(missing), bytes);
});

test('output that cannot be written is a failure, told without a stack', async () => {
  const screen = inTerminal(daemon.home, '$RDV run -- echo x > /dev/full; echo "code $?"');
  await screen.shows('rdv: The output cannot be written: ENOSPC');
  await screen.shows('code 1');
  await screen.ended;
  assert.doesNotMatch(screen.text, / at /);
});

test('a directory that was deleted under the person is told as what it is', async () => {
  for (const command of ['run -- pwd', 'new -d']) {
    const script = `mkdir ${daemon.home}/gone; cd ${daemon.home}/gone; rmdir ../gone; $RDV ${command}; echo "code $?"`;
    const screen = inTerminal(daemon.home, script);
    await screen.shows('rdv: The directory you are in no longer exists.');
    await screen.shows('code 2');
    await screen.ended;
  }
});

test('rdv record and rdv play: the file is played as it was, all at once off a terminal', async () => {
  const { stdout: id } = await run('new', '-d', '--name', 'taped', 'sh', '-c', 'echo ready; cat');
  await run('session', 'wait', id.trim(), '--until', 'pattern', '--pattern', 'ready');
  const started = await run('record', 'taped');
  const path = started.stdout.trim();
  assert.match(started.stderr, /Recording "taped"/);
  await run('send', 'taped', 'hello', '--enter');
  await run('session', 'wait', id.trim(), '--until', 'pattern', '--pattern', 'hello');
  assert.match((await run('record', 'taped', '--status')).stderr, /going on/);
  assert.equal((await run('record', 'taped', '--stop')).stdout.trim(), path);
  assert.equal((await run('record', 'taped', '--stop')).code, 5);
  assert.match(readFileSync(path, 'utf8'), /^\{"version":2/);
  assert.match((await run('play', path)).stdout, /ready.*hello\r\nhello\r\n$/s);
  const screen = inTerminal(daemon.home, `exec $RDV play ${path} --speed 50`);
  await screen.shows('hello');
  await screen.shows('[taped is over]');
  assert.equal(await screen.ended, 0);
});

test('a recording that is played can be paused and left, and the terminal is as before', async () => {
  const path = join(daemon.home, 'long.cast');
  writeFileSync(path, '{"version":2,"width":80,"height":24}\n[0,"o","first"]\n[0.3,"o","second"]\n[900,"o","never"]\n');
  const screen = inTerminal(daemon.home, `stty -a > ${path}.a; $RDV play ${path}; stty -a > ${path}.b`);
  await screen.shows('first');
  // Four keys, however many of them come together.
  for (const keys of ['  ', ' ', ' ']) screen.type(keys);
  await screen.shows('second');
  screen.type('q');
  await screen.shows('left]');
  await screen.ended;
  assert.doesNotMatch(screen.text, /never/);
  assert.equal(readFileSync(`${path}.b`, 'utf8'), readFileSync(`${path}.a`, 'utf8'));
});

test('a file that is no recording is refused by line', async () => {
  const path = join(daemon.home, 'broken.cast');
  writeFileSync(path, '{"version":2,"width":80,"height":24}\n[0,"o","first"]\n[1,"o"]\n');
  const { code, stderr } = await run('play', path);
  assert.equal(code, 2);
  assert.match(stderr, /broken\.cast:3: expected an event/);
  assert.equal((await run('play', `${path}.gone`)).code, 3);
});

test('rdv terminal read and search print text, and say on stderr what is missing', async () => {
  const { stdout: id } = await run('new', '-d', '--name', 'read', 'sh', '-c', 'seq 1 300; cat');
  await run('session', 'wait', id.trim(), '--until', 'pattern', '--pattern', '^300$');
  const read = await run('terminal', 'read', 'read', '--mode', 'history', '--max-lines', '2');
  assert.deepEqual([read.stdout, read.stderr], ['299\n300\n', '298 earlier lines are not shown.\n']);
  const found = await run('terminal', 'search', 'read', '^29[89]$');
  assert.equal(found.stdout, '2\t298\n1\t299\n');
  assert.match((await run('terminal', 'search', 'read', 'nothing')).stderr, /Nothing matches in 300 lines/);
});
