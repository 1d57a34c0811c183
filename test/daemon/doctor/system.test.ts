/** A machine with too little of everything: room, files, limits, locale; units that would end every session. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { finds, look, runDoctor, stoppedHome } from '../../support/doctor.js';
import { folderFor } from '../../support/whole.js';

const runs = (...words: string[]) => spawnSync(words[0]!, words.slice(1)).status === 0;
const MIB = 1024 ** 2;
const holding = (free: number, ffree = 1e6, files = 1e6) => ({
  setting: { space: async () => ({ type: 0, bsize: 1, bavail: free, files, ffree }) },
});

test('disk, files, temporary: little room is a warning, hardly any a failure', async (t) => {
  const { home } = stoppedHome(t);
  const cure = `df -h ${home}; du -xh ${home} | sort -h | tail`;
  await finds('disk', home, ['warning', /^Only 400 MiB are free at/, cure], holding(400 * MIB));
  await finds(
    'disk',
    home,
    ['failure', /^Only 40 MiB are free at .*: what is written next may be lost\.$/, cure],
    holding(40 * MIB),
  );
  await finds('temporary', home, ['warning', /^Only 40 MiB/, /^df -h /], holding(40 * MIB));
  await finds('files', home, ['warning', /^Only 4000 more files fit at/, `df -i ${home}`], holding(1e9, 4000));
  await finds('files', home, ['failure', /^Only 100 more files fit at/, `df -i ${home}`], holding(1e9, 100));
  assert.equal((await look('files', home, holding(1e9, 0, 0))).level, 'ok', 'a file system that makes them as needed');
});

const mayMount = runs('unshare', '-m', 'mount', '-t', 'tmpfs', 'none', '/mnt');

test('disk, files, temporary: a real file system that is full is found', { skip: !mayMount }, (t) => {
  const small = folderFor(t);
  const script = 'mount -t tmpfs -o size=1m,nr_inodes=50 none "$1"; chmod 700 "$1"; shift; exec "$@"';
  // The mount ends with the process.
  const { find } = runDoctor(small, {
    before: ['unshare', '-m', 'sh', '-c', script, 'sh', small],
    environment: { TMPDIR: small },
  });
  const levels = ['disk', 'files', 'temporary'].map((name) => find(name).level);
  assert.deepEqual(levels, ['failure', 'failure', 'failure']);
});

test('temporary: a folder that is not there is told', (t) => {
  const { home } = stoppedHome(t);
  const { level, cure } = runDoctor(home, { environment: { TMPDIR: '/nowhere/at/all' } }).find('temporary');
  assert.deepEqual([level, cure], ['failure', 'mkdir -p /nowhere/at/all']);
});

test('open-files, processes: what prlimit takes away is told', { skip: !runs('prlimit', '--version') }, (t) => {
  const { home } = stoppedHome(t);
  const few = runDoctor(home, { before: ['prlimit', '--nofile=256:256', '--nproc=400:400'] });
  assert.deepEqual(few.find('open-files'), {
    ...{ name: 'open-files', title: 'open files', level: 'warning' },
    seen: 'At most 256 open files; the daemon needs 1024.',
    cure: 'ulimit -n 4096; rdv daemon stop; rdv daemon start',
  });
  const { level, cure } = few.find('processes');
  assert.deepEqual([level, cure], ['warning', 'ulimit -u 4096; rdv daemon stop; rdv daemon start']);
  const usual = runDoctor(home, { before: ['prlimit', '--nofile=1024:1024'] });
  assert.match(usual.find('open-files').seen, /^At most 1024 open files; with twenty agents 4096 are better\.$/);
  assert.equal(usual.find('open-files').level, 'note');
});

test('umask: one that lets anybody write, or nobody read, is told', async (t) => {
  const { home } = stoppedHome(t);
  const open = runDoctor(home, { before: ['sh', '-c', 'umask 000; exec "$@"', 'sh'] }).find('umask');
  assert.deepEqual([open.level, open.cure], ['warning', 'umask 022']);
  const under = (umask: number) => ({ setting: { umask } });
  const seen = /^umask 0777: programs cannot use what they make\.$/;
  await finds('umask', home, ['warning', seen, 'umask 022'], under(0o777));
  assert.equal((await look('umask', home, under(0o027))).level, 'ok');
});

test('watches: few that the kernel allows are told', async (t) => {
  const { home } = stoppedHome(t);
  const proc = folderFor(t);
  const folder = join(proc, 'sys/fs/inotify');
  mkdirSync(folder, { recursive: true });
  const allow = (watches: number, instances: number) => {
    writeFileSync(join(folder, 'max_user_watches'), `${watches}\n`);
    writeFileSync(join(folder, 'max_user_instances'), `${instances}\n`);
    return { setting: { proc } };
  };
  const more = 'sudo sysctl fs.inotify.max_user_watches=524288';
  await finds('watches', home, ['warning', /soon has too few\.$/, more], allow(4096, 128));
  await finds('watches', home, ['note', /may run out of them\.$/, more], allow(8192, 128));
  await finds('watches', home, ['note', /./, 'sudo sysctl fs.inotify.max_user_instances=512'], allow(65_536, 16));
  assert.equal((await look('watches', home, allow(65_536, 128))).level, 'ok');
});

test('locale: one that is not installed is told, one that is not UTF-8 is noted', {
  skip: !runs('locale', 'charmap'),
}, async (t) => {
  const { home } = stoppedHome(t);
  const cure = 'export LC_ALL=C.UTF-8';
  assert.equal((await look('locale', home)).level, 'ok');
  const seen = /^The locale xx_YY\.UTF-8 is not installed, so programs in sessions know only ASCII\.$/;
  await finds('locale', home, ['warning', seen, cure], { environment: { LC_ALL: 'xx_YY.UTF-8' } });
  await finds('locale', home, ['note', /^Your locale C is not UTF-8;/, cure], { environment: { LC_ALL: 'C' } });
});

test('variables: those that change something are noted, secrets without what they hold; an impossible one is a failure', async (t) => {
  const { home } = stoppedHome(t);
  assert.equal((await look('variables', home)).level, 'ok');
  const environment = { RDV_BACKEND: 'pty', RDV_API_KEY: 'secret' };
  await finds('variables', home, ['note', /: RDV_BACKEND=pty, RDV_API_KEY\.$/, 'unset RDV_BACKEND RDV_API_KEY'], {
    environment,
  });
  const impossible = { environment: { RDV_BACKEND: 'screen' } };
  await finds(
    'variables',
    home,
    ['failure', /^RDV_BACKEND is screen; no daemon starts/, 'unset RDV_BACKEND'],
    impossible,
  );
});
