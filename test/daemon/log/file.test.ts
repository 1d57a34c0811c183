/** A log grows into several files and loses nothing by it; when it cannot be written it says afterwards what is missing. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type FileLimits, type LogFileOptions, openLogFile } from '../../../daemon/log/file.js';
import { openLog } from '../../../daemon/log/index.js';
import { root } from '../../support/documents.js';
import { folderFor } from '../../support/whole.js';

const wide: FileLimits = { bytes: 1_000_000, files: 3 };

function open(t: TestContext, limits: FileLimits = wide, more: Partial<LogFileOptions> = {}) {
  const folder = join(folderFor(t), 'log');
  const path = join(folder, 'rdvd.log');
  const failures: string[] = [];
  const clock = { ms: 0 };
  const file = openLogFile({
    path,
    limits,
    lostLine: (lost) => `lost ${lost}\n`,
    failed: (reason) => failures.push(reason),
    now: () => clock.ms,
    ...more,
  });
  t.after(file.close);
  const text = (name = 'rdvd.log') => readFileSync(join(folder, name), 'utf8');
  return { ...file, folder, path, failures, clock, text, names: () => readdirSync(folder).sort() };
}

test('a hundred thousand lines over many files: none is lost, none torn, all in order, all private', (t) => {
  const path = join(folderFor(t), 'rdvd.log');
  const settings = { level: 'info', bytes: 400_000, files: 100 } as const;
  const { log, change, reopen, close } = openLog(path, settings);
  t.after(close);
  const count = 100_000;
  for (let number = 0; number < count; number++) {
    log({ level: 'info', message: 'line', number, text: 'ä'.repeat(number % 50) });
    if (number % 10_007 === 0) reopen();
    if (number % 20_011 === 0) change({ ...settings, bytes: 400_000 + number });
  }
  const names = readdirSync(join(path, '..')).sort(
    (a, b) => Number(b.split('.')[2] ?? 0) - Number(a.split('.')[2] ?? 0),
  );
  assert.ok(names.length > 20 && names.length < 100, String(names.length));
  let next = 0;
  for (const name of names) {
    const file = join(path, '..', name);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.ok(statSync(file).size <= 500_000);
    for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) assert.equal(JSON.parse(line).number, next++);
  }
  assert.equal(next, count);
});

test('so many older files are kept, the youngest as .1; fewer when fewer are wanted, and none for none', (t) => {
  const { write, change, text, names } = open(t, { bytes: 10, files: 2 });
  for (const n of [1, 2, 3, 4]) write(`line ${n}, long enough\n`);
  assert.deepEqual(names(), ['rdvd.log', 'rdvd.log.1', 'rdvd.log.2']);
  assert.deepEqual(
    [text(), text('rdvd.log.1'), text('rdvd.log.2')].map((one) => one[5]),
    ['4', '3', '2'],
  );
  change({ bytes: 10, files: 1 });
  assert.deepEqual(names(), ['rdvd.log', 'rdvd.log.1']);
  change({ bytes: 10, files: 0 });
  write('line 5, long enough\n');
  assert.deepEqual([names(), text()], [['rdvd.log'], 'line 5, long enough\n']);
});

test('a full disk takes no line in part; how many it took is said once there is room, and told outside once', (t) => {
  let room = Number.POSITIVE_INFINITY;
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  const { write, text, failures } = open(t, wide, {
    // As a disk that fills up in the middle of a line.
    write(fd, bytes, from) {
      const length = Math.min(room, bytes.length - from);
      if (length === 0) throw full;
      room -= length;
      return writeSync(fd, bytes, from, length);
    },
  });
  write('one\n');
  room = 2;
  for (let n = 0; n < 3; n++) write('lost\n');
  assert.equal(text(), 'one\n');
  room = Number.POSITIVE_INFINITY;
  write('two\n');
  assert.equal(text(), 'one\nlost 3\ntwo\n');
  assert.deepEqual(failures, [full.message]);
  room = 0;
  write('lost\n');
  room = 'lost 1\n'.length;
  write('lost as well\n');
  room = Number.POSITIVE_INFINITY;
  write('three\n');
  assert.equal(text(), 'one\nlost 3\ntwo\nlost 2\nthree\n');
  assert.equal(failures.length, 2);
});

test('a real device without room is no end either', { skip: process.platform !== 'linux' }, (t) => {
  const { write, path, folder, failures, text } = open(t);
  mkdirSync(folder);
  symlinkSync('/dev/full', path);
  write('lost\n');
  assert.match(failures[0]!, /ENOSPC/);
  rmSync(path);
  write('two\n');
  assert.equal(text(), 'lost 1\ntwo\n');
});

test('a folder that is gone is made again, within a second', (t) => {
  const { write, folder, clock, text } = open(t);
  write('one\n');
  rmSync(folder, { recursive: true });
  clock.ms += 1000;
  write('two\n');
  assert.equal(text(), 'two\n');
});

test('a folder that cannot be made costs lines, and nothing else', (t) => {
  const { write, folder, text, failures } = open(t);
  writeFileSync(folder, 'in the way');
  write('lost\n');
  write('lost\n');
  rmSync(folder);
  write('three\n');
  assert.equal(text(), 'lost 2\nthree\n');
  assert.equal(failures.length, 1);
});

test('a file that somebody moved away or cut is noticed', (t) => {
  const { write, reopen, path, clock, text } = open(t, { bytes: 50, files: 1 });
  write('one\n');
  renameSync(path, `${path}.old`);
  write('two\n');
  assert.equal(text('rdvd.log.old'), 'one\ntwo\n');
  reopen();
  write('three\n');
  assert.equal(text(), 'three\n');
  truncateSync(path);
  clock.ms += 1000;
  write(`${'x'.repeat(45)}\n`);
  assert.equal(existsSync(`${path}.1`), false, 'its size is what it is now');
});

test('where something has the name of an older file the log goes on', (t) => {
  const { write, folder, clock, text } = open(t, { bytes: 10, files: 1 });
  write('long enough 1\n');
  mkdirSync(join(folder, 'rdvd.log.1'));
  write('long enough 2\n');
  write('long enough 3\n');
  assert.equal(text().split('\n').length, 4);
  rmSync(join(folder, 'rdvd.log.1'), { recursive: true });
  write('long enough 4\n');
  assert.equal(text().split('\n').length, 5, 'not tried with every line');
  clock.ms += 1000;
  write('long enough 5\n');
  assert.equal(text(), 'long enough 5\n');
});

test('half a line of a crash gets its end, and a file others may read becomes private', (t) => {
  const { write, folder, path, text } = open(t);
  mkdirSync(folder);
  writeFileSync(path, '{"half":', { mode: 0o644 });
  write('one\n');
  assert.equal(text(), '{"half":\none\n');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  appendFileSync(path, 'x');
});

test('a process that is killed right after a line has written it', (t) => {
  const path = join(folderFor(t), 'rdvd.log');
  const script = `import { openLog } from ${JSON.stringify(join(root, 'out/daemon/log/index.js'))};
    const { log } = openLog(${JSON.stringify(path)});
    for (let number = 0; number < 100; number++) log({ level: 'info', message: 'line', number });
    process.kill(process.pid, 'SIGKILL');`;
  const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
  assert.equal(signal, 'SIGKILL');
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  assert.equal(JSON.parse(lines.at(-1)!).number, 99);
});

test('on a small file system the log goes on when there is room again', { skip: !canMount() }, (t) => {
  const folder = folderFor(t);
  const path = join(folder, 'rdvd.log');
  const failures: string[] = [];
  const lostLine = (lost: number) => `{"lost":${lost}}\n`;
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
  const file = openLogFile({ path, limits: wide, lostLine, failed: (reason) => failures.push(reason) });
  try {
    const text = 'x'.repeat(60);
    for (let number = 0; number < 2000; number++) file.write(`${JSON.stringify({ number, text })}\n`);
    const whole = readFileSync(path, 'utf8').trimEnd().split('\n').length;
    assert.ok(whole < 1000, String(whole));
    assert.deepEqual(failures.length, 1);
    assert.match(failures[0]!, /ENOSPC/);
    truncateSync(path);
    file.write('{"after":1}\n');
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    assert.deepEqual(lines, [`{"lost":${2000 - whole}}`, '{"after":1}']);
  } finally {
    file.close();
    execFileSync('umount', [folder]);
  }
});

/** A file system of its own can only be had by root. */
function canMount(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;
}
