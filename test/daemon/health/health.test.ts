/** Health: each component is broken on purpose, and the answer says which, why and what helps, and comes in time. */
import assert from 'node:assert/strict';
import { chmodSync, closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { methods } from '#protocol';
import { openDatabase } from '../../../daemon/db/open.js';
import { createGit } from '../../../daemon/git/index.js';
import { createBoard } from '../../../daemon/health/board.js';
import { createClockWatch } from '../../../daemon/health/clock.js';
import { watchGit } from '../../../daemon/health/git.js';
import { createHealth, type HealthDeps } from '../../../daemon/health/health.js';
import { noteFault, noteWrites } from '../../../daemon/health/looks.js';
import { createLoopWatch } from '../../../daemon/health/loop.js';
import { heldGit } from '../../support/held-git.js';
import { createSlowBackend, silent } from '../../support/slow-backend.js';
import { folderFor } from '../../support/whole.js';

function opened(t: TestContext, more: Partial<HealthDeps> = {}) {
  const home = folderFor(t);
  const [path, logPath] = [join(home, 'rdv.db'), join(home, 'rdvd.log')];
  writeFileSync(logPath, '');
  const db = openDatabase(path);
  const log: Record<string, unknown>[] = [];
  const write = (line: Record<string, unknown>) => void log.push(line);
  const board = createBoard({ log: write, now: () => 1_700_000_000_000 });
  const loop = createLoopWatch();
  const backend = createSlowBackend();
  t.after(() => {
    loop.close();
    db.close();
  });
  const look = createHealth({
    ...{ board, db, backend, now: Date.now, auditRows: () => 3, loopDelay: loop.delay, log: write },
    paths: { home, log: logPath },
    ...more,
  });
  return {
    ...{ home, path, logPath, db, board, loop, backend, log },
    async health() {
      const at = performance.now();
      const health = methods['daemon/health'].result.parse(await look());
      const ms = performance.now() - at;
      assert.ok(ms < 2000, `${ms} ms`);
      return health;
    },
    /** The only component that is not well. */
    async ill() {
      const { status, components } = await this.health();
      const ill = components.filter(({ ok }) => !ok);
      assert.deepEqual([status, ill.length], ['degraded', 1], JSON.stringify(ill));
      return `${ill[0]!.name}: ${ill[0]!.detail}`;
    },
    async well() {
      const { status, components } = await this.health();
      assert.equal(status, 'healthy', JSON.stringify(components.filter(({ ok }) => !ok)));
      return components;
    },
  };
}

test('a daemon that is well says so, component by component', async (t) => {
  const components = await opened(t).well();
  const said = components.map(
    ({ name, detail }) => `${name}: ${detail.replace(/\d+/g, 'N').replace(/\S*rdv-\S+/, 'home')}`,
  );
  assert.deepEqual(said, [
    'database: reads and writes',
    'disk: N MiB are free where home lies',
    'tmux: slow answers',
    'git: no trouble was seen',
    'audit: N rows, the last was written',
    'clock: runs evenly',
    'event loop: delays stay below N ms',
    'log: can be written',
    'descriptors: N of N file descriptors are open',
    'webhook: no trouble was seen',
  ]);
});

test('a database that another program holds is told at once, without waiting for it', async (t) => {
  const it = opened(t);
  const other = new Database(it.path);
  t.after(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  const at = performance.now();
  assert.match(await it.ill(), /^database: .* another program holds the database\. End what else has .*rdv\.db open/);
  assert.ok(performance.now() - at < 1000);
  other.exec('ROLLBACK');
  await it.well();
  assert.equal(it.db.pragma('busy_timeout', { simple: true }), 2000);
});

test('a write that failed for want of space is told until a write succeeds', async (t) => {
  const it = opened(t);
  const { db, board } = it;
  const fill = db.prepare("INSERT INTO audit VALUES (NULL, 1, null, null, null, 'm', ?, 'done', null, 'x')");
  db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`);
  assert.throws(
    () => {
      for (;;) fill.run('x'.repeat(3000));
    },
    (error) => noteFault(board, error, it.path),
  );
  // A write that takes no new space goes through, so health has to be told by a failing one.
  assert.match(board.find('database')!.reason, /the disk is full\. Make room where .*rdv\.db lies/);
  db.pragma('max_page_count = 100000');
  await it.well();
  assert.equal(noteFault(board, new Error('a bug'), it.path), false);
});

test('a database that may not be written stays told, since the look tries a real write', async (t) => {
  const it = opened(t);
  it.board.note('database', { reason: 'It failed.' });
  it.db.pragma('query_only = ON');
  assert.match(await it.ill(), /^database: The database does not work, because nothing can be written there\. Make /);
  it.db.pragma('query_only = OFF');
  await it.well();
});

test('a database that is closed is told, and the rest is still looked at', async (t) => {
  const it = opened(t);
  it.db.close();
  assert.match(await it.ill(), /^database: The database does not work, because the database is closed\./);
});

test('an audit that could not be written is told until it can be', async (t) => {
  const it = opened(t);
  const wrote = noteWrites(it.board, it.path);
  wrote({ reason: 'The audit cannot be written. Free some space.', error: new Error('EIO') });
  assert.match(await it.ill(), /^audit: The audit cannot be written\. Free some space\. Seen at 2023-11-14T/);
  wrote({ reason: 'The audit cannot be written. Free some space.', error: new Error('EIO') });
  assert.match(await it.ill(), /Seen 2 times since 2023/);
  wrote(undefined);
  await it.well();
});

test('a disk with too little room is told before it is full', async (t) => {
  const it = opened(t, { limits: { freeBytes: Number.MAX_SAFE_INTEGER } });
  assert.match(await it.ill(), /^disk: Only \d+ MiB are free where .* lies\. Free some space/);
});

test('a disk that cannot be asked is told', async (t) => {
  const it = opened(t, { paths: { home: '/nowhere/at/all', log: '/dev/null' } });
  assert.match(await it.ill(), /^disk: It cannot be looked at: ENOENT/);
});

test('a backend that does not answer, hangs, or promises less is told', async (t) => {
  const it = opened(t, { limits: { lookMs: 300 } });
  it.backend.fail('ping', silent());
  assert.match(await it.ill(), /^tmux: tmux is not answering/);
  const held = it.backend.hold('ping');
  assert.match(await it.ill(), /^tmux: It did not answer within 300 ms\. See whether tmux hangs/);
  held.release();
  await it.well();
  Object.assign(it.backend, { degraded: 'Running without tmux. Install it.' });
  assert.match(await it.ill(), /^tmux: Running without tmux\./);
});

test('a git that hangs is told for a while, and an error of git is none', async (t) => {
  const it = opened(t);
  const { folder } = heldGit(t, 'before', 'rev-parse');
  const environment = { HOME: it.home, PATH: `${folder}:${process.env.PATH}` };
  const git = watchGit(createGit({ environment, umask: 0o022 }), it.board);
  await assert.rejects(git.run(it.home, ['log']), /log/);
  await it.well();
  await assert.rejects(git.run(it.home, ['rev-parse'], { timeoutMs: 300 }), /did not end within 300 ms/);
  assert.match(
    await it.ill(),
    /^git: git rev-parse in .* did not end within 300 ms and was ended\. Try it there by hand\./,
  );
});

test('a clock that is put forward or back is told for an hour, a little at a time is not', async (t) => {
  const clock = { now: 0, passed: 0, ticks: 0 };
  const board = createBoard({ log() {}, now: () => clock.now, ticks: () => clock.ticks });
  const look = createClockWatch({ board, now: () => clock.now, passed: () => clock.passed });
  const after = (now: number, passed: number) => {
    clock.now += now;
    clock.passed += passed;
    look();
    return board.find('clock')?.reason;
  };
  assert.equal(after(3_600_000, 3_600_000), undefined);
  assert.equal(after(1000, 5000), undefined);
  assert.match(after(-60_000, 1000)!, /^The clock was put back by 61 s while the daemon ran/);
  clock.ticks = 3_600_000;
  assert.equal(after(1000, 1000), undefined);
  assert.match(after(90_000, 1000)!, /put forward by 89 s/);
  // With the real time that has passed.
  const it = opened(t, { now: () => Date.now() + clock.now });
  await it.well();
  clock.now += 7_200_000;
  assert.match(await it.ill(), /^clock: The clock was put forward by 7200 s/);
});

test('a daemon that kept its callers waiting says for how long', async (t) => {
  const it = opened(t);
  it.loop.busy();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const until = performance.now() + 1200;
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.match(await it.ill(), /^event loop: Callers had to wait up to 1[1-9]\d\d ms in the last seconds\./);
});

test('the delay is measured only while there is something to do', async (t) => {
  const loop = createLoopWatch(50);
  t.after(() => loop.close());
  assert.deepEqual(loop.delay(), { meanMs: 0, p99Ms: 0, maxMs: 0 });
  loop.busy();
  await new Promise((resolve) => setTimeout(resolve, 250));
  const until = performance.now() + 400;
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.ok(loop.delay().maxMs < 350, `${loop.delay().maxMs} ms`);
});

test('a log that is gone or may not be written is told', async (t) => {
  const it = opened(t);
  rmSync(it.logPath);
  assert.match(await it.ill(), /^log: The log .*rdvd\.log is gone, and what is logged is lost\. Restart the daemon/);
  writeFileSync(it.logPath, '');
  if (process.getuid!() !== 0) {
    chmodSync(it.logPath, 0o400);
    assert.match(await it.ill(), /^log: The log .* cannot be written \(EACCES\)/);
  }
});

test('too few file descriptors are told before there are none', async (t) => {
  const it = opened(t, { limits: { descriptors: 100 } });
  await it.well();
  const held = Array.from({ length: 100 }, () => openSync('/dev/null', 'r'));
  t.after(() => held.forEach(closeSync));
  assert.match(
    await it.ill(),
    /^descriptors: \d+ of 100 file descriptors are open, and without one nobody can connect\./,
  );
});

test('a bug in a look is logged and does not keep the others from theirs', async (t) => {
  const it = opened(t, {
    auditRows() {
      throw new TypeError('a bug');
    },
  });
  assert.match(await it.ill(), /^audit: It cannot be looked at by a bug; see the daemon log\./);
  assert.ok(it.log.some(({ level, component }) => level === 'error' && component === 'audit'));
});

test('those who ask at the same time share one look', async (t) => {
  const it = opened(t);
  await Promise.all([it.health(), it.health(), it.health()]);
  assert.deepEqual(it.backend.calls, ['ping']);
  await it.health();
  assert.equal(it.backend.calls.length, 2);
});
