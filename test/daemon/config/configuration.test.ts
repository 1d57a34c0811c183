/** The configuration of a daemon that runs: what it takes over from its file, what waits, and what it does not take. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { methods } from '#protocol';
import { describeFile, openConfiguration } from '../../../daemon/config/configuration.js';
import { allKeys, keys } from '../../../daemon/config/keys.js';
import type { Source } from '../../../daemon/config/parse.js';
import { ratesOf } from '../../../daemon/config/rates.js';
import { refused } from '../../support/refused.js';
import { folderFor } from '../../support/whole.js';

function place(t: TestContext, text?: string, environment: Source['environment'] = {}) {
  const home = folderFor(t);
  const path = join(home, 'config.toml');
  const write = (content: string | Buffer) => writeFileSync(path, content);
  if (text !== undefined) write(text);
  return { path, write, source: { path, home, userHome: '/home/ann', environment } satisfies Source };
}

test('what can change while the daemon runs is taken over, what cannot waits', (t) => {
  const { source, write } = place(t, '[log]\nlevel = "warn"\n');
  const configuration = openConfiguration(source);
  const { values } = configuration;
  const { log, server } = values;
  const seen: unknown[] = [];
  configuration.onChange(() => seen.push([log.level, server.drain_seconds]));
  assert.deepEqual(configuration.reload(), { changed: [], pending: [], warnings: [] });
  assert.deepEqual(seen, []);
  write('[server]\ndrain_seconds = 5\npid_file = "x.pid"\n[log]\nlevel = "error"\n[limits]\nconnections = 9\n');
  assert.deepEqual([log.level, server.drain_seconds], ['warn', 30], 'not before it is told to');
  const pending = ['server.pid_file', 'limits.connections'];
  assert.deepEqual(configuration.reload(), { changed: ['server.drain_seconds', 'log.level'], pending, warnings: [] });
  assert.deepEqual([values.server.pid_file, values.limits.connections], [join(source.home, 'run/rdvd.pid'), 256]);
  assert.deepEqual(seen, [['error', 5]]);
  assert.deepEqual(configuration.reload(), { changed: [], pending, warnings: [] });
  rmSync(source.path);
  assert.deepEqual(configuration.reload().changed, ['server.drain_seconds', 'log.level']);
  assert.deepEqual(seen.at(-1), ['info', 30]);
});

test('which keys can change is written down twice', () => {
  const live = allKeys(keys).filter(({ is }) => is.live);
  assert.deepEqual(
    live.map(({ name }) => name),
    [
      'server.drain_seconds',
      'auth.token_rotation_days',
      'auth.overlap_seconds',
      ...['read_per_second', 'write_per_second', 'terminal_per_second', 'auth_per_second', 'inject_per_minute'].map(
        (key) => `limits.${key}`,
      ),
      'monitoring.interval_seconds',
      'monitoring.stall_threshold_seconds',
      'notifications.minimum_severity',
      'notifications.terminal',
      'notifications.webhook_url',
      'cleanup.insight_retention_days',
      'cleanup.trash_retention_days',
      'cleanup.cleanup_interval_hours',
      'cleanup.audit_megabytes',
      'log.level',
      'log.megabytes',
      'log.files',
    ],
  );
});

test('a file with a mistake changes nothing, and every mistake is in the error', (t) => {
  const { source, write, path } = place(t, '');
  const configuration = openConfiguration(source);
  write('[log]\nlevel = "debug"\nfiles = -1\nmegabytes = 0\n');
  const words = new RegExp(`^${path}:3:1: Expected log\\.files .*\n${path}:4:1: Expected log\\.megabytes .*$`);
  assert.throws(() => configuration.reload(), refused('InvalidParams', words, 'INVALID_CONFIG'));
  assert.throws(() => openConfiguration(source), refused('InvalidParams', words, 'INVALID_CONFIG'));
  assert.equal(configuration.values.log.level, 'info');
  const { problems, settings } = configuration.report();
  assert.equal(problems.length, 2);
  assert.deepEqual(
    settings.filter(({ pending }) => pending !== null),
    [],
    'nothing waits in a file that is not taken',
  );
});

test('the report tells value, default, source, place and what waits', (t) => {
  const { source, write, path } = place(t, '[log]\nlevel = "warn"\nmegabytes = 10\n', { RDV_BACKEND: 'pty' });
  const configuration = openConfiguration(source);
  write('[log]\nlevel = "debug"\nmegabytes = 10\nx = 1\n[database]\npath = "y.db"\n[terminal]\nbackend = "tmux"\n');
  const report = configuration.report();
  assert.deepEqual(methods['config/get'].result.parse(report), report);
  const { settings, ...rest } = report;
  assert.deepEqual(rest, {
    path,
    exists: true,
    warnings: [`${path}:4:1: log.x means nothing and is left out.`],
    problems: [],
  });
  const told = (key: string) => {
    const { says, ...setting } = settings.find((one) => one.key === key)!;
    assert.ok(says.endsWith('.'));
    return setting;
  };
  const level = { key: 'log.level', type: 'choice', value: 'warn', default: 'info', source: 'file', place: '2:1' };
  assert.deepEqual(told('log.level'), { ...level, pending: 'debug', live: true });
  const database = { key: 'database.path', type: 'path', value: join(source.home, 'rdv.db'), source: 'default' };
  const waiting = { pending: join(source.home, 'y.db'), live: false };
  assert.deepEqual(told('database.path'), { ...database, default: database.value, place: null, ...waiting });
  const backend = { key: 'terminal.backend', type: 'choice', value: 'pty', default: 'auto', source: 'environment' };
  assert.deepEqual(told('terminal.backend'), { ...backend, place: 'RDV_BACKEND', pending: null, live: false });
  assert.equal(told('log.megabytes').source, 'file');
  assert.equal(settings.length, allKeys(keys).length);
});

const unreadable: Readonly<Record<string, [(path: string) => void, RegExp]>> = {
  'a folder': [(path) => mkdirSync(path), /It cannot be read \(EISDIR/],
  'a pipe': [(path) => execFileSync('mkfifo', [path]), /It cannot be read \(it is no regular file\)/],
  'no UTF-8': [(path) => writeFileSync(path, Buffer.from([0x61, 0xff])), /It cannot be read \(it is not UTF-8\)/],
  'too large': [(path) => writeFileSync(path, '#'.repeat(1024 * 1024 + 1)), /it has 1048577 bytes, at most 1048576/],
};
for (const [what, [make, words]] of Object.entries(unreadable)) {
  test(`a file that is ${what} is not taken for none`, (t) => {
    const { source, path } = place(t);
    make(path);
    assert.throws(() => openConfiguration(source), refused('InvalidParams', words, 'INVALID_CONFIG'));
    const { problems, exists } = describeFile(source);
    assert.deepEqual([problems.length, exists], [1, true]);
    assert.match(problems[0]!, /Make it a file that you may read, or remove it\.$/);
  });
}

test('four seconds of calls may come at once, of those that type a minute of them, at most twenty', (t) => {
  const { source, write } = place(t, '');
  const configuration = openConfiguration(source);
  const { limits } = configuration.values;
  assert.deepEqual(ratesOf(limits), {
    read: { perSecond: 2000, burst: 8000 },
    write: { perSecond: 500, burst: 2000 },
    terminal: { perSecond: 20_000, burst: 80_000 },
    auth: { perSecond: 200, burst: 800 },
    inject: { perSecond: 20 / 60, burst: 20 },
  });
  write('[limits]\nread_per_second = 0\ninject_per_minute = 5\n');
  configuration.reload();
  assert.deepEqual([ratesOf(limits).read.perSecond, ratesOf(limits).inject], [0, { perSecond: 5 / 60, burst: 5 }]);
});
