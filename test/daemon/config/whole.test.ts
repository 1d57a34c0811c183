/** A real daemon and its `config.toml`: files elsewhere, what changes while it runs, and what keeps it from starting. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '#client';
import { pathsIn } from '#protocol/paths';
import type { Daemon } from '../../support/daemon.js';
import { connectRaw } from '../../support/raw.js';
import { refused } from '../../support/refused.js';
import { folderFor, reach, runToEnd, whole } from '../../support/whole.js';

const logOf = ({ home }: Pick<Daemon, 'home'>) => readFileSync(pathsIn(home).log, 'utf8');
const write = ({ home }: Pick<Daemon, 'home'>, text: string) => writeFileSync(pathsIn(home).config, text);

/** A signal is not answered; what it does is seen in the log, every line of which is written at once. */
async function logged(text: () => string, words: string | RegExp): Promise<void> {
  const late = AbortSignal.timeout(20_000);
  while (!(typeof words === 'string' ? text().includes(words) : words.test(text()))) {
    assert.ok(!late.aborted, `${words} is not in the log:\n${text()}`);
    await sleep(5);
  }
}

test('every file goes where it is told to, clients come in by the data folder, and the end leaves only data', async (t) => {
  const elsewhere = folderFor(t);
  const config = `[server]
api_socket = "${elsewhere}/run/s.sock"
pid_file = "pids/x.pid"
log_file = "${elsewhere}/log/d.log"
[database]
path = "${elsewhere}/data/d.db"
max_connections = 8
`;
  const { daemon, client } = await whole(t, { config });
  const at = (path: string) => join(elsewhere, path);
  const paths = pathsIn(daemon.home);
  assert.equal((await client.call('daemon/status', {})).pid, daemon.pid);
  assert.ok(lstatSync(paths.socket).isSymbolicLink() && statSync(at('run/s.sock')).isSocket());
  const direct = await connect({ socketPath: at('run/s.sock'), token: daemon.token });
  await direct.call('daemon/ping', {});
  direct.close();
  assert.equal(readFileSync(join(daemon.home, 'pids/x.pid'), 'utf8'), `${daemon.pid}\n`);
  assert.match(readFileSync(at('log/d.log'), 'utf8'), /"msg":"ready"/);
  for (const folder of [at('run'), at('log'), at('data'), join(daemon.home, 'pids')])
    assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.deepEqual([paths.database, paths.log, paths.pid].filter(existsSync), []);

  // A second data folder that names the same files is told so.
  const other = folderFor(t);
  const refuse = async (text: string, words: RegExp) => {
    write({ home: other }, text);
    const { code, stderr } = await runToEnd(other, { RDV_BACKEND: 'pty' });
    assert.equal(code, 5, stderr);
    assert.match(stderr, words);
  };
  await refuse(
    `[database]\npath = "${elsewhere}/data/d.db"\n`,
    /^rdvd: Another daemon uses .*d\.db\. End it, or choose another database\.path\.$/m,
  );
  await refuse(`[server]\napi_socket = "${elsewhere}/run/s.sock"\n`, /^rdvd: Another program listens at .*s\.sock\./m);
  await refuse(`[database]\npath = "${daemon.home}/x.db"\n`, /^rdvd: .*x\.db lies in a data folder of its own/m);
  const second = await runToEnd(daemon.home);
  assert.equal(second.stderr, `rdvd: already running (pid ${daemon.pid}) for ${daemon.home}.\n`);

  await daemon.kill9();
  await daemon.restart();
  await (await reach(t, daemon)).call('daemon/ping', {});
  assert.equal(await daemon.terminate(), 0);
  const left = [paths.socket, at('run/s.sock'), join(daemon.home, 'pids/x.pid')];
  assert.deepEqual(
    left.filter((path) => lstatSync(path, { throwIfNoEntry: false })),
    [],
  );
});

test('after a crash with its socket elsewhere it starts with the usual one again', async (t) => {
  const { daemon } = await whole(t, { config: '[server]\napi_socket = "x/s.sock"\n' });
  await daemon.kill9();
  rmSync(pathsIn(daemon.home).config);
  await daemon.restart();
  assert.ok(lstatSync(daemon.socket).isSocket());
  await (await reach(t, daemon)).call('daemon/ping', {});
});

test('`config/get` and `config/reload` tell what holds, what changed and what waits', async (t) => {
  const { daemon, client } = await whole(t, { config: '[cleanup]\ntrash_retention_days = 7\n' });
  const { path } = { path: pathsIn(daemon.home).config };
  const told = async (name: string) => (await client.call('config/get', {})).settings.find(({ key }) => key === name)!;
  const days = await told('cleanup.trash_retention_days');
  assert.deepEqual([days.value, days.source, days.place, days.pending], [7, 'file', '2:1', null]);
  write(daemon, '[cleanup]\ntrash_retention_days = 9\ndays = 1\n[limits]\nconnections = 7\n');
  assert.equal((await told('cleanup.trash_retention_days')).pending, 9);
  const warnings = [`${path}:3:1: cleanup.days means nothing and is left out.`];
  const changed = ['cleanup.trash_retention_days'];
  assert.deepEqual(await client.call('config/reload', {}), { changed, pending: ['limits.connections'], warnings });
  assert.deepEqual([(await told(changed[0]!)).value, (await told('limits.connections')).pending], [9, 7]);
  write(daemon, '[cleanup]\ntrash_retention_days = 0\n');
  await assert.rejects(
    client.call('config/reload', {}),
    refused('InvalidParams', /config\.toml:2:1: Expected/, 'INVALID_CONFIG'),
  );
  assert.equal((await told(changed[0]!)).value, 9);
  assert.equal((await client.call('config/get', {})).problems.length, 1);
});

test('on SIGHUP a good file is taken over, a bad one is logged and changes nothing, and the log is opened anew', async (t) => {
  const { daemon, client } = await whole(t, { config: '' });
  const { log } = pathsIn(daemon.home);
  write(daemon, '[log]\nlevel = "debug"\n');
  process.kill(daemon.pid, 'SIGHUP');
  await logged(() => logOf(daemon), /"changed":\["log\.level"\],"pending":\[\]/);
  await client.call('daemon/ping', {});
  await logged(() => logOf(daemon), /"level":20,.*"method":"daemon\/ping"/);
  write(daemon, '[log]\nlevel = "loud"\nfiles = -1\n');
  process.kill(daemon.pid, 'SIGHUP');
  await logged(
    () => logOf(daemon),
    /"level":50,.*"reason":".*:2:1: Expected log\.level .*\\n.*:3:1: Expected log\.files/,
  );
  await client.call('folder/list', {});
  await logged(() => logOf(daemon), /"method":"folder\/list"/);
  renameSync(log, `${log}.moved`);
  process.kill(daemon.pid, 'SIGHUP');
  await logged(() => (existsSync(log) ? logOf(daemon) : ''), 'the configuration was not taken over');
});

test('rates of the file hold, and others as soon as they are taken over', async (t) => {
  const { daemon, client } = await whole(t, { config: '[limits]\nread_per_second = 1\nconnections = 3\n' });
  const served = async () => {
    for (let count = 0; ; count++) {
      try {
        await client.call('folder/list', {});
      } catch (error) {
        refused('RateLimited', /1 a second are served/)(error);
        return count;
      }
      if (count === 50) return count;
    }
  };
  assert.ok((await served()) <= 4);
  write(daemon, '[limits]\nread_per_second = 0\n');
  await client.call('config/reload', {});
  assert.equal(await served(), 50);
  // Three connections at a time: one is ours.
  await reach(t, daemon);
  await reach(t, daemon);
  const fourth = await connectRaw(daemon.socket);
  const { error } = await fourth.next(() => true);
  assert.match(error?.message ?? '', /^3 connections are open/);
  await fourth.closed;
});

test('how long requests are waited for at the end can change', async (t) => {
  const { daemon, client } = await whole(t, { config: '[server]\ndrain_seconds = 3600\n' });
  const { id } = await client.call('session/create', { command: ['cat'] });
  write(daemon, '[server]\ndrain_seconds = 0\n');
  await client.call('config/reload', {});
  const run = assert.rejects(client.call('session/run', { command: ['sleep', '600'] }));
  await client.call('session/get', { id });
  const began = performance.now();
  assert.equal(await daemon.terminate(), 0);
  assert.ok(performance.now() - began < 20_000);
  await run;
});

test('no start writes over a file that is no pid file, through a link, or into a folder of others', async (t) => {
  const home = folderFor(t);
  const precious = join(home, 'precious');
  writeFileSync(precious, 'mine\n');
  const start = async (config: string) => {
    write({ home }, config);
    return runToEnd(home, { RDV_BACKEND: 'pty' });
  };
  const taken = await start('[server]\npid_file = "precious"\n');
  assert.equal(taken.code, 5);
  assert.match(taken.stderr, /^rdvd: precious in .* holds something else than a process id\. Move it away/m);
  mkdirSync(join(home, 'open'));
  chmodSync(join(home, 'open'), 0o777);
  for (const key of ['pid_file', 'log_file', 'api_socket']) {
    const { code, stderr } = await start(`[server]\n${key} = "open/x"\n`);
    assert.equal(code, 69, key);
    assert.match(
      stderr,
      /^rdvd: .*\/open must belong to you (with mode 0700|and only you may write to it)\. Run: chmod /m,
    );
  }
  assert.equal(readFileSync(precious, 'utf8'), 'mine\n');
});

test('an older pid file that is a link is replaced, and not followed', async (t) => {
  const target = join(folderFor(t), 'target');
  writeFileSync(target, '');
  const { daemon } = await whole(t, { config: '[server]\npid_file = "x.pid"\n' });
  await daemon.terminate();
  symlinkSync(target, join(daemon.home, 'x.pid'));
  await daemon.restart();
  assert.equal(readFileSync(target, 'utf8'), '');
  assert.equal(readFileSync(join(daemon.home, 'x.pid'), 'utf8'), `${daemon.pid}\n`);
});

test('every mistake is told at a start, a line each, and in the log', async (t) => {
  const home = folderFor(t);
  write({ home }, '[log]\nfiles = -1\nlevel = 3\n');
  const { code, stderr } = await runToEnd(home);
  assert.equal(code, 2);
  assert.deepEqual(
    stderr
      .trimEnd()
      .split('\n')
      .map((line) => /^rdvd: .*config\.toml:(\d:\d): Expected log\./.exec(line)?.[1]),
    ['2:1', '3:1'],
  );
  assert.match(logOf({ home }), /:2:1: .*:3:1: .*the daemon could not start/);
});
