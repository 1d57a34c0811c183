/** `rdv shell` against a real daemon: lines from a pipe, a program at the other end, and a person at a prompt. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, type TestContext, test } from 'node:test';
import { connect } from '#client';
import { type Daemon, startDaemon } from '../../support/daemon.js';
import { inTerminal, rdv, start } from './program.js';

let daemon: Daemon;
before(async () => {
  daemon = await startDaemon();
  const { code } = await rdv(daemon.home, [
    'new',
    '-n',
    'alpha',
    '-d',
    '-C',
    '/tmp',
    '--',
    'sh',
    '-c',
    'echo ready; cat',
  ]);
  assert.equal(code, 0);
});
after(() => daemon.stop());

const shell = (lines: readonly string[], ...args: string[]) =>
  rdv(daemon.home, ['shell', ...args], {}, lines.map((line) => `${line}\n`).join(''));

async function logins(): Promise<number> {
  const client = await connect({ socketPath: daemon.socket, token: daemon.token });
  try {
    const { metrics } = await client.call('daemon/metrics', {});
    const { samples } = metrics.find(({ name }) => name === 'rdv_logins_total')!;
    return samples.find(({ labels }) => labels.outcome === 'done')!.value;
  } finally {
    client.close();
  }
}

test('lines print what the commands print, and nothing else', async () => {
  const each = [
    ['ls', '--all'],
    ['session', 'get', 'alpha', '--json'],
  ];
  const alone = [];
  for (const args of each) alone.push((await rdv(daemon.home, args)).stdout);
  const { code, stdout, stderr } = await shell(
    each.map((args, i) => (i % 2 ? `rdv ${args.join(' ')}` : args.join(' '))),
  );
  assert.deepEqual([code, stderr], [0, '']);
  const settled = (text: string) => text.replace(/"lastActivityAt":\d+|\t(now|\d+s ago)/g, '');
  assert.equal(settled(stdout), settled(alone.join('')));
});

test('options of the shell hold for every line, and a line may have its own', async () => {
  const { stdout } = await shell(['session get alpha', 'screen alpha'], '--json');
  const [session, screen] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual([session.name, Object.keys(screen)], ['alpha', ['content']]);
  const away = await shell(['ls', `ls --socket ${daemon.socket} --json`], '--socket', '/tmp/none.sock');
  assert.match(away.stderr, /^rdv: line 1: No daemon answers at \/tmp\/none.sock\./);
  assert.equal(JSON.parse(away.stdout).sessions.length, 1);
});

test('a line that fails is named, the next one runs, and the last failure is the exit code', async () => {
  const lines = ['session get nobody', '', 'lss', 'config check', 'screen alpha'];
  const { code, stdout, stderr } = await shell(lines);
  assert.equal(code, 2);
  assert.deepEqual(stderr.split('\n').slice(0, 4), [
    'rdv: line 1: No session "nobody".',
    '`rdv ls --all` lists every session.',
    "rdv: line 3: unknown command 'lss'",
    'Did you mean `rdv ls`? See `rdv --help`.',
  ]);
  assert.match(stdout, /^ready\n/);
  const stopped = await shell(lines, '-e');
  assert.deepEqual([stopped.code, stopped.stdout], [3, '']);
  assert.deepEqual((await shell(['lss', 'ls', 'exit 7', 'lss'])).code, 7);
  assert.deepEqual((await shell(['ls', "send alpha 'open"])).code, 2);
});

test('nothing of one line is left for the next: options, exit codes, listeners', async () => {
  const lines = ['session list --status closed', 'session list', 'run -- sh -c "exit 3"', 'ls'];
  const { code, stdout } = await shell(lines, '--jsonl');
  const ends = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(code, 3);
  assert.deepEqual(
    ends.filter(({ exit }) => exit !== undefined).map(({ exit }) => exit),
    [0, 0, 3, 0],
  );
  assert.deepEqual([ends[0].result.sessions.length, ends[2].result.sessions.length], [0, 1]);
});

test('a shell within the shell, and a command that would read its input, are refused', async () => {
  const { stdout, stderr } = await shell(['shell', 'inject alpha -', 'attach alpha', 'screen alpha']);
  assert.match(stderr, /line 1: This is `rdv shell` already/);
  assert.match(stderr, /line 2: The standard input is the shell's here/);
  assert.match(stderr, /line 3: attach needs a terminal/);
  assert.match(stdout, /^ready/);
});

test('a thousand lines are one process and one connection, and far faster than a process each', async (t) => {
  const before = await logins();
  const since = performance.now();
  const { stdout, code } = await shell(Array(1000).fill('daemon ping --json'));
  const together = (performance.now() - since) / 1000;
  assert.deepEqual([code, stdout.split('\n').length], [0, 1001]);
  // One of the shell, one of the look itself.
  assert.equal((await logins()) - before, 2);
  const alone = performance.now();
  for (let i = 0; i < 3; i++) await rdv(daemon.home, ['daemon', 'ping', '--json']);
  const each = (performance.now() - alone) / 3;
  t.diagnostic(`${together.toFixed(2)} ms a line, ${each.toFixed(0)} ms a process`);
  assert.ok(together < each / 5, `${together} ms a line, ${each} ms a process`);
});

test('nothing is lost to a reader who takes his time, and one who leaves ends it quietly', async () => {
  const child = start(daemon.home, ['shell']);
  child.stdin.end('session get alpha --json\n'.repeat(200));
  // A pipe holds less than all of it: it has begun, and waits.
  await once(child.stdout, 'readable');
  let bytes = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) bytes += chunk;
  assert.equal(bytes.split('\n').length, 201);
  const left = start(daemon.home, ['shell']);
  let said = '';
  left.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  left.stdin.on('error', () => {}).end('session get alpha --json\n'.repeat(200));
  await once(left.stdout, 'data');
  left.stdout.destroy();
  const [code] = await once(left, 'close');
  assert.deepEqual([code, said], [0, '']);
});

/** A program that drives `rdv shell --jsonl`. */
function drive(t: TestContext) {
  const child = start(daemon.home, ['shell', '--jsonl']);
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    said: () => said,
    /** What comes of a command line, to its end. */
    async ask(line: string) {
      child.stdin.write(`${line}\n`);
      for (const records: Record<string, any>[] = []; ; ) {
        const { value, done } = await lines.next();
        assert.ok(!done, said);
        records.push(JSON.parse(value));
        if ('exit' in records.at(-1)!) return records;
      }
    },
  };
}

test('a program knows what came of each line and that it has ended', async (t) => {
  const { ask, child, said } = drive(t);
  const [listed, end] = await ask('ls');
  assert.equal(listed!.result.sessions[0].name, 'alpha');
  assert.deepEqual(end, { line: 1, exit: 0 });
  assert.deepEqual(await ask('session get alpa'), [
    {
      line: 2,
      exit: 3,
      error: {
        code: 'NotFound',
        message: 'No session "alpa".',
        cure: 'Did you mean "alpha"? `rdv ls --all` lists every session.',
      },
    },
  ]);
  assert.match((await ask('ls --help'))[0]!.text, /^Usage: rdv ls/);
  assert.equal((await ask('session'))[0]!.error.code, 'USAGE');
  assert.equal((await ask('lss'))[0]!.error.code, 'USAGE');
  assert.equal((await ask('"open\nquote"'))[0]!.line, 6);
  const logs = await ask('logs -n 3');
  assert.deepEqual(
    logs.map(({ line }) => line),
    [8, 8, 8, 8].slice(-logs.length),
  );
  assert.equal(typeof logs[0]!.result.msg, 'string');
  child.stdin.end();
  const [code] = await once(child, 'close');
  assert.deepEqual([code, said()], [2, '']);
});

test('Ctrl-C ends the line that runs, and then a shell that reads from a pipe', async (t) => {
  const { child, ask } = drive(t);
  await ask('ls');
  const { pid } = child;
  const waited = ask('session wait alpha --until pattern --pattern never');
  // The daemon knows of the wait before it is interrupted.
  await rdv(daemon.home, ['ls']);
  process.kill(pid!, 'SIGINT');
  const [end] = await waited;
  assert.deepEqual([end!.exit, end!.error.code], [130, 'Cancelled']);
  assert.deepEqual(await once(child, 'close'), [130, null]);
});

test('when the daemon is another one the shell connects again, and says so', async (t) => {
  const { ask, said, child } = drive(t);
  await ask('ls');
  const before = daemon.pid;
  await daemon.restart();
  const [status] = await ask('daemon status');
  assert.notEqual(status!.result.pid, before);
  assert.equal(status!.result.connections, 1);
  assert.equal(said(), 'The daemon was lost in between; connected again.\n');
  child.stdin.end();
  await once(child, 'close');
});

test('at the prompt lines are edited, cancelled and left, and the terminal is given back', async () => {
  const screen = inTerminal(
    daemon.home,
    'trap : INT; a=$(stty -g); $RDV shell; echo "left $?"; [ "$a" = "$(stty -g)" ] && echo same',
  );
  await screen.shows('rdv> ');
  screen.type('session get nobody\r');
  await screen.shows('rdv: No session "nobody".');
  await screen.shows('rdv> ');
  screen.type('send alpha secret-token-xyz "half');
  await screen.shows('"half');
  screen.type('\x03');
  await screen.shows('^C');
  await screen.shows('rdv> ');
  screen.type('run -- sh -c "echo be""gun; sleep 60"\r');
  // It is shown as it comes.
  await screen.shows('begun');
  screen.type('\x03');
  await screen.shows('rdv: ');
  await screen.shows('rdv> ');
  screen.type('attach alpha\r');
  await screen.shows('ready');
  screen.type('typed inside\r');
  await screen.shows('typed inside');
  screen.type('\x1dd');
  await screen.shows('[detached from alpha]');
  await screen.shows('rdv> ');
  screen.type('send alpha \\\rmore --enter\r');
  await screen.shows('rdv> ');
  screen.type('screen al\t');
  await screen.shows('alpha');
  screen.type('\r');
  await screen.shows('rdv> ');
  screen.type('token list --json\rsend alpha PASSWORD=x\r');
  await screen.shows('"keys":');
  await screen.shows('rdv> ');
  screen.type('\x1b[A\x1b[A\x1b[A\x1b[A');
  await screen.shows('more --enter');
  screen.type('\x03');
  await screen.shows('rdv> ');
  screen.type('\x04');
  await screen.shows('left 0');
  await screen.shows('same');
  await screen.ended;
  assert.match((await rdv(daemon.home, ['screen', 'alpha'])).stdout, /typed inside\n(.*\n)*more/);
  const kept = readFileSync(join(daemon.home, 'history'), 'utf8');
  assert.deepEqual(kept.split('\n').slice(0, 2), ['session get nobody', 'run -- sh -c "echo be""gun; sleep 60"']);
  assert.ok(!/xyz|PASSWORD/.test(kept), kept);
});
