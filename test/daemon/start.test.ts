/** Starts: each step in its order, and of many at once one daemon, also when the winner is killed. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect } from '#client';
import { pathsIn } from '#protocol/paths';
import { takeLock } from '../../daemon/db/lock.js';
import { rdv } from '../client/cli/program.js';
import { killTmux } from '../support/daemon.js';
import { root } from '../support/documents.js';
import { randomFrom } from '../support/random.js';
import { folderFor, runToEnd } from '../support/whole.js';

const RACES = Number(process.env.RDV_SOAK_RACES ?? 1);
const SEED = Number(process.env.RDV_SOAK_SEED ?? 20_261_124);
const AT_ONCE = 20;

/** What a start has left so far, in the order it should come. */
function traces(home: string, servers: string): string[] {
  const { run, database, cliToken, socket, pid } = pathsIn(home);
  const there = (path: string) => existsSync(path);
  return [
    ...(there(run) ? ['folders'] : []),
    ...(there(database) ? ['database'] : []),
    ...(there(cliToken) ? ['token'] : []),
    ...(readdirSync(servers).length > 0 ? ['tmux'] : []),
    ...(there(socket) ? ['socket'] : []),
    ...(there(pid) ? ['pid'] : []),
  ];
}

type Breaking = (home: string) => unknown;
/** Each breaks one step; what comes after it must not have happened. */
const order: [step: string, breaks: Breaking, left: string[]][] = [
  ['the folders', (home) => chmodSync(home, 0o755), []],
  [
    'the lock',
    (home) => {
      mkdirSync(pathsIn(home).run, { mode: 0o700 });
      return takeLock(pathsIn(home).lock);
    },
    ['folders'],
  ],
  ['the database', (home) => writeFileSync(pathsIn(home).database, 'x'.repeat(5000)), ['folders', 'database']],
  ['the token', (home) => mkdirSync(pathsIn(home).cliToken), ['folders', 'database', 'token']],
  [
    'the pid file',
    (home) => mkdirSync(join(pathsIn(home).pid, 'x'), { recursive: true, mode: 0o700 }),
    ['folders', 'pid'],
  ],
];
for (const [step, breaks, left] of order) {
  test(`when ${step} cannot be had, nothing that comes later was done, and nobody hears "ready"`, async (t) => {
    const home = folderFor(t);
    const servers = folderFor(t);
    const name = `rdv-${createHash('sha256').update(home).digest('hex').slice(0, 10)}`;
    t.after(async () => {
      process.env.TMUX_TMPDIR = servers;
      await killTmux(name);
      delete process.env.TMUX_TMPDIR;
    });
    const held = (await breaks(home)) as { release?: () => void } | undefined;
    t.after(() => held?.release?.());
    const ended = await runToEnd(home, { TMUX_TMPDIR: servers });
    assert.ok(ended.code !== 0 && ended.stdout === '', JSON.stringify(ended));
    assert.deepEqual(traces(home, servers), left);
  });
}

/** A data folder of its own, and nothing of what ran in it afterwards. */
function place(t: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'rdv-race-'));
  t.after(async () => {
    await rdv(home, ['daemon', 'stop']);
    await killTmux(`rdv-${createHash('sha256').update(home).digest('hex').slice(0, 10)}`);
    rmSync(home, { recursive: true });
  });
  return home;
}

function starter(home: string) {
  const child = spawn(process.execPath, [join(root, 'dist/rdvd.cjs')], {
    env: { ...process.env, REMOTE_DEV_DIR: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ready = new Promise<boolean>((resolve) => {
    child.stdout.once('data', () => resolve(true));
    child.once('close', () => resolve(false));
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code: code ?? signal, said }));
  return { child, ready, ended };
}

/** The pid of the daemon that answers. */
async function answering(home: string): Promise<number> {
  const { socket, cliToken } = pathsIn(home);
  const client = await connect({ socketPath: socket, token: readFileSync(cliToken, 'utf8').trim() });
  try {
    return (await client.call('daemon/status', {})).pid;
  } finally {
    client.close();
  }
}

/** Starts many, and resolves with those that run when every other has ended. */
async function race(home: string, killFirst: boolean): Promise<number[]> {
  const starters = Array.from({ length: AT_ONCE }, () => starter(home));
  const dead: unknown[] = [];
  const first = Promise.any(starters.map((each) => each.ready.then((is) => (is ? each : Promise.reject(each)))));
  if (killFirst) {
    const { child } = await first;
    child.kill('SIGKILL');
    dead.push(child.pid);
  }
  const settled = starters.map(async ({ child, ready, ended }) => {
    if (await ready) return child.pid!;
    const { code, said } = await ended;
    // One that comes before the winner has written its file cannot name it.
    assert.match(said, new RegExp(`^rdvd: already running( \\(pid \\d+\\))? for ${home}\\.\\n$`));
    assert.equal(code, 75);
    return 0;
  });
  return (await Promise.all(settled)).filter((pid) => pid !== 0 && !dead.includes(pid));
}

test(`of ${AT_ONCE} daemons at once one runs, and if that is killed at most one other, ${RACES} times (seed ${SEED})`, async (t) => {
  const random = randomFrom(SEED);
  const home = place(t);
  for (let round = 0; round < RACES; round++) {
    const killFirst = random(2) === 0;
    const [pid, ...more] = await race(home, killFirst);
    assert.deepEqual(more, [], `round ${round}`);
    assert.ok(pid || killFirst, `round ${round}: nobody won`);
    if (!pid) continue;
    assert.equal(await answering(home), pid);
    process.kill(pid, 'SIGKILL');
  }
});
