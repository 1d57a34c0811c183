/** The life of a real daemon: starts that are refused, and ends that leave nothing. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { pathsIn } from '#protocol/paths';
import type { Daemon } from '../support/daemon.js';
import { connectRaw } from '../support/raw.js';
import { refused } from '../support/refused.js';
import { askTmux, folderFor, heard, reach, runToEnd, whole } from '../support/whole.js';

/** A raw connection that hears why the daemon stops. */
async function lastWords({ socket, token }: Daemon) {
  const raw = await connectRaw(socket);
  await raw.call('initialize', { token });
  return {
    call: raw.call,
    closed: raw.closed,
    stopping: raw.next((message) => message.method === 'server/stopping').then(({ params }) => params),
  };
}

type Refusal = [prepare: (t: TestContext, home: string) => { home?: string } | void, code: number, words: RegExp];
const refusals: Record<string, Refusal> = {
  'with a socket path too long': [
    (_t, home) => ({ home: `${home}/${'x'.repeat(90)}` }),
    2,
    /^rdvd: The socket path .*x\/run\/api\.sock has \d+ bytes, at most 103 work; set REMOTE_DEV_DIR to a shorter path\.$/,
  ],
  'in a folder others may read': [
    (_t, home) => chmodSync(home, 0o755),
    69,
    /^rdvd: (.*) must belong to you with mode 0700\. Run: chmod 700 \1$/,
  ],
  'in a file': [
    (_t, home) => {
      writeFileSync(`${home}/file`, '');
      return { home: `${home}/file` };
    },
    69,
    /^rdvd: .*\/file is not a folder\. Move away what stands there, or choose another place\.$/,
  ],
  'in a folder that its owner may not write to': [
    (_t, home) => chmodSync(home, 0o500),
    69,
    /^rdvd: (.*) must belong to you with mode 0700\. Run: chmod 700 \1$/,
  ],
  'over a newer database': [
    (_t, home) => {
      const db = new Database(pathsIn(home).database);
      db.pragma('user_version = 99');
      db.close();
    },
    69,
    /^rdvd: The database .* was written by a newer rdv \(schema 99/,
  ],
  'over a damaged database': [
    (_t, home) => writeFileSync(pathsIn(home).database, 'x'.repeat(5000)),
    69,
    /^rdvd: The database .* cannot be used/,
  ],
  'with a configuration that cannot be': [
    (_t, home) => writeFileSync(pathsIn(home).config, '[cleanup]\ntrash_retention_days = "ever"\n'),
    2,
    /^rdvd: .*\/config\.toml:2:1: Expected cleanup\.trash_retention_days to be a whole number from 1 to 36500, got "ever"\./,
  ],
  'where something else has the name of its socket': [
    (_t, home) => void mkdirSync(pathsIn(home).socket, { recursive: true, mode: 0o700 }),
    5,
    /^rdvd: api\.sock in .* is not a socket; move it away\.$/,
  ],
};
for (const [what, [prepare, code, words]] of Object.entries(refusals)) {
  test(`a start ${what} is refused in one line, and leaves nothing that runs`, async (t) => {
    const folder = folderFor(t);
    const { home = folder, ...environment } = prepare(t, folder) ?? {};
    const servers = folderFor(t);
    const ended = await runToEnd(home, { TMUX_TMPDIR: servers, ...environment });
    assert.deepEqual([ended.code, ended.stdout], [code, '']);
    assert.match(ended.stderr.trimEnd(), words);
    const { socket, pid } = pathsIn(home);
    assert.deepEqual([existsSync(pid), existsSync(socket) && statSync(socket).isSocket()], [false, false]);
    assert.deepEqual(readdirSync(servers), [], 'a tmux server was started');
  });
}

test('a second daemon leaves the first alone and names it', async (t) => {
  const { daemon, client } = await whole(t);
  const inode = statSync(daemon.socket).ino;
  const second = await runToEnd(daemon.home);
  assert.deepEqual([second.code, second.stdout], [75, '']);
  assert.equal(second.stderr, `rdvd: already running (pid ${daemon.pid}) for ${daemon.home}.\n`);
  assert.equal(statSync(daemon.socket).ino, inode);
  await client.call('daemon/ping', {});
  await (await reach(t, daemon)).call('daemon/ping', {});
});

test('it tells that it is well, what it is and where', async (t) => {
  const { daemon, client } = await whole(t);
  assert.ok(Math.abs((await client.call('daemon/ping', {})).at - Date.now()) < 5000);
  const { status, components } = await client.call('daemon/health', {});
  assert.deepEqual(
    [status, components.map(({ name }) => name), components.filter(({ ok }) => !ok)],
    [
      'healthy',
      ['database', 'disk', 'tmux', 'git', 'audit', 'clock', 'event loop', 'log', 'descriptors', 'webhook'],
      [],
    ],
  );
  const told = await client.call('daemon/status', {});
  assert.deepEqual([told.pid, told.home, told.socket], [daemon.pid, daemon.home, daemon.socket]);
  assert.deepEqual([told.connections, told.sessions, told.viewers], [1, 0, 0]);
  const paths = pathsIn(daemon.home);
  for (const path of [paths.home, paths.run]) assert.equal(statSync(path).mode & 0o777, 0o700, path);
  for (const path of [paths.socket, paths.cliToken, paths.auditHead, paths.database, paths.log, paths.pid, paths.lock])
    assert.equal(statSync(path).mode & 0o077, 0, path);
  assert.equal(readFileSync(paths.pid, 'utf8'), `${daemon.pid}\n`);
  assert.ok(!readFileSync(paths.log, 'utf8').includes(daemon.token.slice(-20)));
});

test('`daemon/stop` answers, tells every client, removes its files and leaves the programs running', async (t) => {
  const { daemon, client } = await whole(t);
  const { id } = await client.call('session/create', { command: ['cat'] });
  const raw = await lastWords(daemon);
  assert.deepEqual((await raw.call('daemon/stop', {})).result, { success: true, sessions: 'live on' });
  assert.deepEqual(await raw.stopping, { reason: 'daemon/stop was called', restarting: false });
  await raw.closed;
  assert.equal(await daemon.terminate(), 0);
  const { socket, pid } = pathsIn(daemon.home);
  assert.deepEqual(
    [existsSync(socket), existsSync(pid), existsSync(`${daemon.home}/rdv.db-wal`)],
    [false, false, false],
  );
  await daemon.restart();
  const again = await reach(t, daemon);
  assert.deepEqual(
    (await again.call('session/list', {})).sessions.map((session) => session.id),
    [id],
  );
});

test('a wait does not hold up the end: it is told that the daemon is stopping', async (t) => {
  const { daemon, client } = await whole(t);
  const { id } = await client.call('session/create', { command: ['cat'] });
  const raw = await lastWords(daemon);
  const waiting = raw.call('session/wait', { id, until: 'exit', timeoutMs: 600_000 });
  await raw.call('daemon/ping', {});
  const ended = daemon.terminate();
  assert.deepEqual(await raw.stopping, { reason: 'SIGTERM', restarting: false });
  assert.match((await waiting).error?.message ?? '', /^The daemon is stopping/);
  assert.equal(await ended, 0);
});

test('a running request is answered before the end, new ones are refused, and a second signal ends it at once', async (t) => {
  const { daemon, client } = await whole(t);
  const server = Number(askTmux(daemon, 'display-message', '-p', '#{pid}'));
  const other = await reach(t, daemon);
  const stopping = heard(other, 'server/stopping');
  process.kill(server, 'SIGSTOP');
  try {
    const making = client.call('session/create', { command: ['cat'] });
    const lost = assert.rejects(making, refused('Unavailable', /ended before the answer/));
    await client.call('daemon/ping', {});
    process.kill(daemon.pid, 'SIGTERM');
    assert.deepEqual(await stopping, { reason: 'SIGTERM', restarting: false });
    await assert.rejects(other.call('session/list', {}), refused('Unavailable', /is stopping/));
    assert.equal(await daemon.terminate(), 1);
    await lost;
  } finally {
    // Before the clean-up, which asks the server to end.
    process.kill(server, 'SIGCONT');
  }
});

test('a daemon whose lock file is replaced ends by itself and leaves the files of its successor', async (t) => {
  const { daemon } = await whole(t);
  const { lock, pid } = pathsIn(daemon.home);
  const { stopping } = await lastWords(daemon);
  writeFileSync(`${lock}.new`, '');
  renameSync(`${lock}.new`, lock);
  writeFileSync(pid, '1\n');
  assert.deepEqual(await stopping, { reason: 'the lock file was replaced', restarting: false });
  assert.equal(await daemon.terminate(), 0);
  assert.equal(readFileSync(pid, 'utf8'), '1\n');
});
