/** The data folder broken on purpose: modes, owners, places, leftovers, times, the log. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { pathsIn } from '#protocol/paths';
import { checks } from '../../../daemon/doctor/table.js';
import { checkNamed, contextFor, finds, heal, look, stoppedHome } from '../../support/doctor.js';
import { folderFor } from '../../support/whole.js';

const root = process.getuid?.() === 0;

for (const [name, part] of [
  ['data-folder', 'home'],
  ['run-folder', 'run'],
] as const) {
  test(`${name}: one that others may read is told and closed`, async (t) => {
    const paths = stoppedHome(t);
    const path = paths[part];
    assert.equal((await look(name, paths.home)).level, 'ok');
    chmodSync(path, 0o755);
    await finds(name, paths.home, ['failure', /has mode 0755, so others can get at it\.$/, `chmod 700 ${path}`]);
    assert.deepEqual(await heal(name, paths.home), {
      done: `${path} has mode 0700 now, it had 0755.`,
      level: 'ok',
    });
  });

  test(`${name}: one that is missing is only noted, one that is no folder is a failure`, async (t) => {
    const paths = stoppedHome(t);
    const path = paths[part];
    rmSync(path, { recursive: true });
    const missing = contextFor(paths.home);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    const found = await checkNamed(name).look(missing);
    assert.deepEqual([found.level, found.cure], ['failure', `mv ${path} ${path}.aside`]);
    rmSync(path);
    const gone = await checkNamed(name).look(missing);
    assert.deepEqual([gone.level, gone.cure], ['note', 'rdv daemon start']);
    assert.equal(existsSync(path), false);
  });
}

test('data-folder: a folder of somebody else is told, and left alone', { skip: !root }, async (t) => {
  const { home } = stoppedHome(t);
  chownSync(home, 1234, 1234);
  await finds('data-folder', home, ['failure', /belongs to user 1234, not to you\.$/, `sudo chown root ${home}`]);
  assert.deepEqual(await heal('data-folder', home), { done: '', level: 'failure' });
});

test('log: one that others may read is told and closed, one that has grown is told', async (t) => {
  const { home, log } = stoppedHome(t);
  chmodSync(log, 0o644);
  await finds('log', home, ['failure', /rdvd\.log has mode 0644/, `chmod 600 ${log}`]);
  assert.deepEqual(await heal('log', home), { done: `${log} has mode 0600 now, it had 0644.`, level: 'ok' });
  chmodSync(dirname(log), 0o770);
  await finds('log', home, ['failure', /log has mode 0770/, `chmod 700 ${dirname(log)}`]);
  assert.equal((await heal('log', home)).level, 'ok');
  truncateSync(log, 300 * 1024 ** 2);
  await finds('log', home, ['warning', /has grown to 300 MiB\.$/, `truncate -s 0 ${log}`]);
  assert.deepEqual(await heal('log', home), { done: '', level: 'warning' });
});

test('file-system: one over the network is a failure, FUSE is noted', async (t) => {
  const { home } = stoppedHome(t);
  const on = (type: number) => ({
    setting: { space: async () => ({ type, bsize: 1, bavail: 1, files: 1, ffree: 1 }) },
  });
  assert.equal((await look('file-system', home)).level, 'ok');
  const cure = 'export REMOTE_DEV_DIR=/a/folder/on/a/local/disk';
  await finds('file-system', home, ['failure', /lies on NFS, where neither locks nor sockets/, cure], on(0x6969));
  // The kernel's number may come out negative.
  await finds('file-system', home, ['failure', /lies on CIFS/, cure], on(0xff534d42 | 0));
  await finds('file-system', home, ['note', /lies on a FUSE file system/, cure], on(0x65735546));
});

test('way-there: a folder above that others may write to is told', async (t) => {
  const above = folderFor(t);
  const home = join(above, 'data');
  renameSync(stoppedHome(t).home, home);
  assert.equal((await look('way-there', home)).level, 'ok');
  chmodSync(above, 0o777);
  await finds('way-there', home, [
    'warning',
    /Others may replace what is in .+, and so the data folder\.$/,
    `chmod o-w ${above}`,
  ]);
  chmodSync(above, 0o1777);
  assert.equal((await look('way-there', home)).level, 'ok', 'the sticky bit protects');
});

test('leftovers: half-made files of a killed start are noted and removed, nothing else is', async (t) => {
  const { home, run, cliToken } = stoppedHome(t);
  const server = createServer().listen(join(run, 'x'));
  await once(server, 'listening');
  renameSync(join(run, 'x'), join(run, '.abcde'));
  server.close();
  const mine = join(home, 'letter.new');
  for (const path of [`${cliToken}.new`, join(run, 'rdvd.pid.new'), mine]) writeFileSync(path, '');
  const left = `rm ${cliToken}.new ${run}/.abcde ${run}/rdvd.pid.new`;
  await finds('leftovers', home, ['note', /^3 half-made files of a start that was killed/, left]);
  const { done, level } = await heal('leftovers', home);
  assert.match(done, /^Removed .*\.abcde/);
  assert.deepEqual([level, existsSync(mine), existsSync(`${cliToken}.new`)], ['ok', true, false]);
});

test('clock: files from the future are told', async (t) => {
  const { home, log } = stoppedHome(t);
  assert.equal((await look('clock', home)).level, 'ok');
  const tomorrow = new Date(Date.now() + 86_400_000);
  utimesSync(log, tomorrow, tomorrow);
  const cure = `date  # if that is right: touch ${log}`;
  await finds('clock', home, ['warning', /rdvd\.log is from the future: the clock is or was wrong\.$/, cure]);
});

test('a folder that was never used is only noted, and is not made', async (t) => {
  const home = join(folderFor(t), 'new');
  for (const { name, look: see } of checks.filter((check) => !/tmux|temp|locale|agents/.test(check.name))) {
    const { level, cure } = await see(contextFor(home));
    assert.ok(level === 'ok' || (level === 'note' && cure), `${name}: ${level}`);
  }
  assert.equal(existsSync(pathsIn(home).home), false);
});
