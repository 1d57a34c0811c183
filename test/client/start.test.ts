/** Starting the daemon when nobody answers: once for many clients, told at once when it dies, left alone when not wanted. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from '#client';
import { pathsIn } from '#protocol/paths';
import { findEndpoint } from '../../client/endpoint.js';
import { ensureDaemon } from '../../client/start.js';
import { killTmux } from '../support/daemon.js';
import { type Environment, program, rdv } from './cli/program.js';

/** A data folder of its own; a daemon that runs in it at the end is stopped with all it has. */
async function inFolder(body: (home: string) => Promise<void>): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'rdv-start-test-'));
  try {
    await body(home);
  } finally {
    await endAll(home);
    rmSync(home, { recursive: true });
  }
}

/** The tmux server is found by its rule, since the daemon that could tell has mostly been stopped. */
async function endAll(home: string): Promise<void> {
  await rdv(home, ['daemon', 'stop']);
  await killTmux(`rdv-${createHash('sha256').update(home).digest('hex').slice(0, 10)}`);
}

/** A daemon's bundle with this text. */
function fake(home: string, text: string): Environment {
  const file = join(home, 'fake.cjs');
  writeFileSync(file, text);
  return { RDV_DAEMON: file };
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0) && !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

test('twenty commands at once on nothing start one daemon and all succeed', () =>
  inFolder(async (home) => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => rdv(home, ['ls', '--json'])));
    for (const { code, stderr } of outcomes) assert.deepEqual([code, stderr], [0, '']);
    const status = JSON.parse((await rdv(home, ['daemon', 'status', '--json'])).stdout);
    assert.equal(status.home, home);
    assert.equal(readFileSync(pathsIn(home).log, 'utf8').match(/"ready"/g)?.length, 1);
  }));

test('the daemon outlives its starter, holds no directory, and stop is the end of it', () =>
  inFolder(async (home) => {
    const started = await rdv(home, ['daemon', 'start', '--json']);
    const { pid } = JSON.parse(started.stdout);
    assert.equal(
      (await rdv(home, ['daemon', 'start'])).stderr,
      `The daemon runs: pid ${pid}, socket ${home}/run/api.sock.\n`,
    );
    assert.equal((await rdv(home, ['daemon', 'ping'])).code, 0);
    assert.deepEqual(await rdv(home, ['daemon', 'stop']), {
      code: 0,
      stdout: '',
      stderr: 'The daemon has stopped; sessions live on.\n',
    });
    while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(await rdv(home, ['daemon', 'stop']), { code: 0, stdout: '', stderr: 'No daemon runs.\n' });
  }));

test('without tmux, start and stop say that sessions end with the daemon', () =>
  inFolder(async (home) => {
    const started = await rdv(home, ['daemon', 'start'], { RDV_BACKEND: 'pty' });
    assert.match(started.stderr, /It runs without tmux: sessions end with it \(`rdv daemon health`\)\.$/m);
    assert.match(
      (await rdv(home, ['daemon', 'health'])).stdout,
      /^tmux\tfalse\tRunning without tmux, so sessions end/m,
    );
    assert.equal(
      (await rdv(home, ['daemon', 'stop'])).stderr,
      'The daemon has stopped; sessions on its own terminals ended with it.\n',
    );
  }));

test('a restart right after a stop finds its way past the daemon that is ending', () =>
  inFolder(async (home) => {
    for (let i = 0; i < 3; i++) {
      const outcome = await rdv(home, ['ls']);
      assert.deepEqual([outcome.code, outcome.stderr], [0, 'No sessions. `rdv new` starts one.\n']);
      assert.equal((await rdv(home, ['daemon', 'stop'])).code, 0);
    }
  }));

test('no daemon is started where none is wanted', () =>
  inFolder(async (home) => {
    const cases: [args: string[], environment: Environment, cure: RegExp][] = [
      [['ls', '--no-autostart'], {}, /^Start it: `rdv daemon start`\.$/m],
      [['ls'], { RDV_NO_AUTOSTART: '1' }, /^Start it: `rdv daemon start`\.$/m],
      [['daemon', 'status'], {}, /^Start it/m],
      [['daemon', 'ping'], {}, /^Start it/m],
      [['ls', '--socket', `${home}/other.sock`], {}, /^Check the socket's path/m],
      [['ls'], { RDV_SOCKET: `${home}/other.sock` }, /^Check the socket's path/m],
    ];
    for (const [args, environment, cure] of cases) {
      const { code, stderr } = await rdv(home, args, environment);
      assert.equal(code, 69);
      assert.match(stderr, cure);
    }
    assert.deepEqual(readdirSync(home), []);
  }));

const deaths: Record<string, [text: string, cause: RegExp]> = {
  'of what it expects may go wrong': [
    'console.error("rdvd: The disk is full. Make room, or see `rdv daemon run`."); process.exit(69)',
    /^rdv: The daemon does not start: The disk is full\.\nMake room, or see `rdv daemon run`\.$/m,
  ],
  'with words of its own': [
    'console.error("rdvd: the disk is full"); process.exit(1)',
    /^rdv: The daemon does not start: the disk is full$/m,
  ],
  'of a bug': [
    '\nthrow new TypeError("cannot do this")',
    /exited with code 1 while starting: TypeError: cannot do this$/m,
  ],
  'of a signal': ['process.kill(process.pid, "SIGKILL")', /was killed while starting\.$/m],
  'with words in its log': [
    `const fs = require('fs'), home = process.env.REMOTE_DEV_DIR; fs.mkdirSync(home + '/log'); fs.writeFileSync(home + '/log/rdvd.log', '{"message":"stopped","reason":"no tmux"}\\n'); process.exit(3)`,
    /exited with code 3 while starting: no tmux$/m,
  ],
};
for (const [name, [text, cause]] of Object.entries(deaths)) {
  test(`a daemon that dies ${name} is told at once`, () =>
    inFolder(async (home) => {
      const begin = performance.now();
      const { code, stderr } = await rdv(home, ['ls'], fake(home, text));
      assert.equal(code, 69);
      assert.match(stderr, cause);
      assert.match(stderr, /rdv daemon run/);
      assert.ok(performance.now() - begin < 7000, 'it should not wait for the time limit');
    }));
}

test('a daemon is not given the token of whoever starts it', () =>
  inFolder(async (home) => {
    const text = 'console.error("rdvd: it has", process.env.RDV_TOKEN, process.env.RDV_API_KEY); process.exit(1)';
    const { stderr } = await rdv(home, ['ls'], { ...fake(home, text), RDV_TOKEN: 'one', RDV_API_KEY: 'two' });
    assert.match(stderr, /^rdv: The daemon does not start: it has undefined undefined$/m);
  }));

test('a daemon that lost the race and finds no winner is tried again', () =>
  inFolder(async (home) => {
    const real = join(program, '../rdvd.cjs');
    const text = `const fs = require('fs'), mark = ${JSON.stringify(join(home, 'mark'))};
      if (fs.existsSync(mark)) require(${JSON.stringify(real)}); else { fs.writeFileSync(mark, ''); process.exit(75); }`;
    assert.equal((await rdv(home, ['ls'], fake(home, text))).code, 0);
  }));

test('a data folder without a token says what to do', () =>
  inFolder(async (home) => {
    const { token } = findEndpoint({ REMOTE_DEV_DIR: home });
    assert.throws(token, { kind: 'Unauthorized', message: `Cannot read the token file ${home}/cli-token (ENOENT).` });
    writeFileSync(`${home}/cli-token`, '\n');
    assert.throws(token, { kind: 'Unauthorized', message: `The token file ${home}/cli-token is empty.` });
    assert.equal(findEndpoint({ REMOTE_DEV_DIR: home, RDV_SOCKET: '/a' }).socketPath, '/a');
    assert.equal(findEndpoint({ REMOTE_DEV_DIR: home, RDV_SOCKET: '/a' }, '/b').socketPath, '/b');
  }));

test('a wrong token is refused with a cure, by both paths', () =>
  inFolder(async (home) => {
    await rdv(home, ['daemon', 'start']);
    const { cliToken, socket } = pathsIn(home);
    const token = readFileSync(cliToken, 'utf8');
    writeFileSync(cliToken, 'wrong\n');
    for (const args of [['ls'], ['daemon', 'ping']]) {
      const { code, stderr } = await rdv(home, args);
      assert.equal(code, 4, stderr);
      assert.match(stderr, /^rdv: .+\nThe token is not of this daemon/);
    }
    writeFileSync(cliToken, token);
    (await connect({ socketPath: socket, token: token.trim() })).close();
  }));

test('waiting for a start can be given up', () =>
  inFolder(async (home) => {
    const { RDV_DAEMON } = fake(home, 'setTimeout(() => {}, 500)');
    const endpoint = findEndpoint({ REMOTE_DEV_DIR: home });
    const starting = ensureDaemon({
      endpoint,
      daemonFile: RDV_DAEMON!,
      autostart: true,
      signal: AbortSignal.timeout(100),
    });
    await assert.rejects(starting, { kind: 'Cancelled' });
  }));

test('run keeps the daemon in the foreground, passes signals on and its exit code back', () =>
  inFolder(async (home) => {
    const environment = { ...process.env, REMOTE_DEV_DIR: home };
    const child = spawn(process.execPath, [program, 'daemon', 'run'], {
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const second = await rdv(home, ['daemon', 'run']);
    assert.deepEqual([second.code, second.stdout], [75, '']);
    assert.match(second.stderr, /already running \(pid \d+\)/);
    child.kill('SIGTERM');
    assert.equal(await ended, 0);
  }));

test('demo shows live output, tells what to type next, and may be repeated', () =>
  inFolder(async (home) => {
    const [first, second] = [await rdv(home, ['demo']), await rdv(home, ['demo'])];
    for (const { code, stdout, stderr } of [first, second]) {
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^(\d\d:\d\d:\d\d {2}tick \d+ {2}load [^\x1b\r\n]+\n){3,7}$/);
      assert.match(stderr, /rdv\.cjs attach \w{8} .*Ctrl-\] then d/);
    }
    assert.equal((await rdv(home, ['ls'])).stdout.match(/\tdemo\t/g)?.length, 1);
  }));
