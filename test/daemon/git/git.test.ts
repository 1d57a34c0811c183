/** git run as a whole group: bounded, cancellable, and told apart from one that is not there. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { RpcError } from '#protocol';
import { createGit, GitError } from '../../../daemon/git/index.js';
import { refused } from '../../support/refused.js';
import { placeFor } from '../../support/repository.js';
import { folderFor } from '../../support/whole.js';

/** A git that is a script: it answers to `version`, and does `does` for all else. */
function fake(t: TestContext, does: string, version = 'git version 2.39.5') {
  const folder = folderFor(t);
  const path = join(folder, 'git');
  const pids = join(folder, 'pids');
  const program = `case "$*" in version) echo '${version}'; exit;; *' --list '*) exit;; esac\ncd '${folder}'\n${does}\n`;
  writeFileSync(path, `#!/bin/sh\n${program}`);
  chmodSync(path, 0o755);
  const environment = { PATH: `${folder}:${process.env.PATH}`, HOME: folder };
  t.after(() => assert.deepEqual(runningOf(pids), []));
  return {
    folder,
    git: createGit({ environment, umask: 0o022 }),
    /** Resolves when the script has written down its processes. */
    async started() {
      while (!existsSync(pids)) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    running: () => runningOf(pids),
  };
}

/** Of the processes a script wrote down, those that still run. */
function runningOf(path: string): string[] {
  const pids = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  return pids.filter((pid) => {
    const status = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ') Z';
    return !/\) Z/.test(status);
  });
}

/** Itself and a child, and neither ends when asked. */
const STUBBORN = `trap '' TERM INT HUP\nsleep 300 & echo "$!" >> pids.new; echo "$$" >> pids.new; mv pids.new pids\nwait; wait; sleep 300`;

test('one that hangs is ended in time, with everything it started, even if it does not want to', async (t) => {
  const { git, folder, running } = fake(t, STUBBORN);
  const started = performance.now();
  const words = /^git fetch in ".*" did not end within 300 ms and was ended\. /;
  await assert.rejects(git.run(folder, ['fetch'], { timeoutMs: 300 }), refused('Timeout', words, 'GIT_TIMEOUT'));
  const took = performance.now() - started;
  assert.ok(took < 4000, `${took} ms`);
  assert.deepEqual(running(), []);
});

test('one that is cancelled is ended with everything it started', async (t) => {
  const { git, folder, started, running } = fake(t, STUBBORN);
  const caller = new AbortController();
  const asked = git.run(folder, ['fetch'], { signal: caller.signal, writes: true });
  await started();
  assert.equal(running().length, 2);
  caller.abort();
  await assert.rejects(asked, refused('Cancelled', /^git fetch was cancelled\.$/));
  assert.deepEqual(running(), []);
});

test('one that is cancelled before it began does not begin', async (t) => {
  const { git, folder } = fake(t, 'echo "$$" > pids');
  await git.version();
  const asked = git.run(folder, ['status'], { signal: AbortSignal.abort() });
  await assert.rejects(asked, refused('Cancelled', /was cancelled/));
  assert.equal(existsSync(join(folder, 'pids')), false);
});

test('one that ends when asked may tidy up first', async (t) => {
  const { git, folder } = fake(t, `trap 'echo tidy > tidied; exit 1' TERM\necho "$$" > pids\nsleep 300 & wait`);
  await assert.rejects(git.run(folder, ['status'], { timeoutMs: 300 }), refused('Timeout', /was ended/));
  assert.equal(readFileSync(join(folder, 'tidied'), 'utf8'), 'tidy\n');
});

test('one that prints without end is ended', async (t) => {
  const { git, folder } = fake(t, 'echo "$$" > pids\nexec yes');
  await assert.rejects(
    git.run(folder, ['fetch']),
    refused('TooLarge', /^git \S+ in ".*" printed more than 33554432 bytes\.$/),
  );
});

test('what goes on in the background with stderr open is not waited for', async (t) => {
  const { git, folder } = fake(t, 'setsid sleep 300 >/dev/null & echo "$!" > pids\necho done');
  const started = performance.now();
  assert.equal(await git.run(folder, ['rev-parse', '--x']), 'done\n');
  assert.ok(performance.now() - started < 2000);
  for (const pid of runningOf(join(folder, 'pids'))) process.kill(Number(pid), 'SIGKILL');
});

test('why it failed is told, also when that comes behind its end', async (t) => {
  const { git, folder } = fake(t, '(sleep 0.05; echo fatal: late >&2) >/dev/null & exit 128');
  await assert.rejects(git.run(folder, ['rev-parse', '--x']), ({ stderr }: GitError) => stderr === 'fatal: late');
});

test('input is handed in, output comes whole, and as bytes where asked', async (t) => {
  const { git, folder } = fake(t, "cat; head -c 3000000 /dev/zero | tr '\\0' x; printf '\\377\\n'");
  const text = await git.run(folder, ['rev-parse', '--x'], { input: 'héllo\n' });
  assert.equal(text.slice(0, 7), 'héllo\nx');
  assert.equal(text.length, 6 + 3_000_000 + 2);
  assert.match(await git.run(folder, ['rev-parse', '--x'], { bytes: true }), /^x+\xff\n$/);
});

test('an exit code that is no answer tells what git said; one that is, is one', async (t) => {
  const { git, folder } = fake(t, "printf 'warning: w\\nfatal: no such \\033thing\\n' >&2; exit 3");
  await assert.rejects(git.run(folder, ['rev-parse', '--x']), (error) => {
    assert.ok(error instanceof GitError && error instanceof RpcError);
    assert.deepEqual([error.exitCode, error.args, error.data.code], [3, ['rev-parse', '--x'], 'GIT_FAILED']);
    assert.match(error.message, /^git rev-parse failed \(3\) in ".*": fatal: no such \\u001bthing$/);
    return true;
  });
  assert.deepEqual(await git.ask(folder, ['rev-parse', '--x'], { ok: [0, 3] }), { stdout: '', exitCode: 3 });
});

test('a git that is missing is said to be, and used once it is there', async (t) => {
  const folder = folderFor(t);
  const git = createGit({ environment: { PATH: folder }, umask: 0o022 });
  const missing = refused('Unavailable', /^git is not on the PATH\. Install it \(/, 'GIT_MISSING');
  await assert.rejects(git.run('/', ['status']), missing);
  await assert.rejects(git.version(), missing);
  writeFileSync(join(folder, 'git'), '#!/bin/sh\necho git version 2.50.1\n', { mode: 0o755 });
  assert.deepEqual(await git.version(), { text: '2.50.1', major: 2, minor: 50 });
  rmSync(join(folder, 'git'));
  await assert.rejects(git.run('/', ['rev-parse', '--x']), missing);
});

for (const [version, fits] of Object.entries({
  'git version 2.29.9': false,
  'git version 1.9': false,
  'git version 2.30.2': true,
  'git version 2.39.5 (Apple Git-154)': true,
  'git version 3.0.0-rc1': true,
})) {
  test(`${version} is ${fits ? 'new enough' : 'too old'}`, async (t) => {
    const { git, folder } = fake(t, 'echo yes', version);
    const asked = git.run(folder, ['rev-parse', '--x']);
    if (fits) assert.equal(await asked, 'yes\n');
    else
      await assert.rejects(
        asked,
        refused('Unavailable', /is too old: rdv needs 2\.30 or newer\. Update/, 'GIT_TOO_OLD'),
      );
  });
}

test('a git that does not answer is said not to', async (t) => {
  const { git } = fake(t, '', "nothing' >/dev/null; echo broken >&2; exit 5; echo '");
  await assert.rejects(
    git.version(),
    refused('Unavailable', /does not answer to "git version" \(broken\)/, 'GIT_UNAVAILABLE'),
  );
});

test('a directory that is none is refused, and so is a name with a NUL', async (t) => {
  const { folder, git } = placeFor(t);
  writeFileSync(join(folder, 'file'), '');
  for (const path of [join(folder, 'nowhere'), join(folder, 'file')]) {
    await assert.rejects(
      git.run(path, ['status']),
      refused('InvalidParams', /^There is no directory ".*" /, 'INVALID_PATH'),
    );
  }
  await assert.rejects(git.run(folder, ['log', 'a\0b']), refused('InvalidParams', /holds a NUL/));
  await assert.rejects(git.run('here', ['status']), /absolute directory/);
  await assert.rejects(git.run(folder, ['--exec-path']), /needs a command/);
});

test('files are made as they would be by hand, whatever the umask of the daemon', async (t) => {
  const { folder, git } = placeFor(t);
  const before = process.umask(0o077);
  t.after(() => process.umask(before));
  await git.run(folder, ['init', '--quiet', 'made'], { writes: true });
  assert.equal(statSync(join(folder, 'made/.git/HEAD')).mode & 0o777, 0o644);
});

test('one that somebody else killed takes with it what it started', async (t) => {
  const { git, folder, running } = fake(t, `sleep 300 & echo "$!" > pids\nkill -9 "$$"`);
  await assert.rejects(
    git.run(folder, ['fetch']),
    refused('Unavailable', /^git fetch failed \(killed\)/, 'GIT_FAILED'),
  );
  assert.deepEqual(running(), []);
});

for (const [where, start] of Object.entries({
  'among its arguments': (mark: string) => spawn('sh', ['-c', 'sleep 300; :', `rdv.mark=${mark}`], { detached: true }),
  'in its environment': (mark: string) =>
    spawn('sleep', ['300'], { detached: true, env: { X: `'rdv.mark'='${mark}'` } }),
})) {
  test(`strays are found by a mark ${where}, and ended`, async (t) => {
    const { git } = placeFor(t);
    const child = start('a-mark');
    const over = once(child, 'exit');
    await once(child, 'spawn');
    await git.endStrays('another-mark');
    assert.deepEqual([child.exitCode, child.signalCode], [null, null]);
    await git.endStrays('a-mark');
    assert.deepEqual(await over, [null, 'SIGTERM']);
  });
}

test('a stray that does not want to end is killed', async (t) => {
  const { git, folder, started, running } = fake(t, STUBBORN);
  const asked = git.run(folder, ['fetch'], { mark: 'stubborn-one', writes: true }).catch((error: unknown) => error);
  await started();
  await git.endStrays('stubborn-one');
  assert.deepEqual(running(), []);
  assert.ok((await asked) instanceof GitError);
});
