/** Programs that are missing, too old, silent or of another version; packages that do not load. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { installing } from '../../../daemon/doctor/path.js';
import { judgeNode } from '../../../daemon/doctor/programs.js';
import { alive } from '../../support/daemon.js';
import { finds, look, programsFor, runDoctor, stoppedHome } from '../../support/doctor.js';
import { root } from '../../support/documents.js';
import { folderFor, whole } from '../../support/whole.js';

const { PATH = '' } = process.env;

/** What these programs say, and behind them all others, or with `alone` none. */
const withPrograms = (t: TestContext, programs: Record<string, string>, alone = false) => {
  const folder = programsFor(t, programs);
  return { environment: { PATH: alone ? folder : `${folder}:${PATH}` } };
};

test('node: versions before 20.18 are too old', () => {
  const levels = ['18.20.4', '20.17.0', '20.18.0', '22.1.0'].map((version) => judgeNode(version).level);
  assert.deepEqual(levels, ['failure', 'failure', 'ok', 'ok']);
  assert.deepEqual(judgeNode('20.9.0'), {
    level: 'failure',
    seen: 'Node.js 20.9.0 is too old: rdv needs 20.18 or newer.',
    cure: 'nvm install --lts',
  });
});

test('node, sqlite, node-pty: an old Node.js and packages built for another one do not keep the doctor from telling', (t) => {
  const { home } = stoppedHome(t);
  const place = folderFor(t);
  const program = join(place, 'dist', 'rdvd.cjs');
  mkdirSync(join(place, 'dist'));
  mkdirSync(join(place, 'node_modules'));
  copyFileSync(join(root, 'dist/rdvd.cjs'), program);
  for (const name of ['better-sqlite3', 'node-pty']) {
    mkdirSync(join(place, 'node_modules', name));
    const words = `The module '${name}.node' was compiled against a different Node.js version`;
    writeFileSync(join(place, 'node_modules', name, 'index.js'), `throw new Error(${JSON.stringify(words)})`);
  }
  symlinkSync(join(root, 'node_modules/@xterm'), join(place, 'node_modules/@xterm'));
  const old = join(place, 'old.cjs');
  writeFileSync(
    old,
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.11.1' } });",
  );
  const { report, find } = runDoctor(home, { program, environment: { NODE_OPTIONS: `--require=${old}` } });
  assert.equal(report.healthy, false);
  assert.deepEqual([find('node').level, find('node').cure], ['failure', 'nvm install --lts']);
  assert.deepEqual([find('sqlite').level, find('sqlite').cure], ['failure', 'npm rebuild better-sqlite3']);
  assert.match(
    find('sqlite').seen,
    /^better-sqlite3 does not load in Node\.js 20\.11\.1: .*different Node\.js version$/,
  );
  assert.deepEqual([find('node-pty').level, find('node-pty').cure], ['warning', 'npm rebuild node-pty']);
  assert.deepEqual([find('lock').level, report.running], ['warning', null], 'who runs cannot be told then');
});

test('tmux: a missing one is a warning, and a failure where it was asked for', async (t) => {
  const { home } = stoppedHome(t);
  const { environment } = withPrograms(t, {}, true);
  const cure = installing('tmux', environment.PATH);
  assert.match(cure, /install tmux$/);
  await finds('tmux', home, ['warning', /^tmux is not on the PATH\. Without it sessions end/, cure], { environment });
  const asked = { environment: { ...environment, RDV_BACKEND: 'tmux' } };
  await finds('tmux', home, ['failure', /^tmux is not on the PATH\./, cure], asked);
});

test('tmux: one too old is told with the command that installs another', async (t) => {
  const { home } = stoppedHome(t);
  const old = withPrograms(t, { tmux: "echo 'tmux 3.1c'", brew: '' }, true);
  await finds('tmux', home, ['warning', /^tmux 3\.1c is too old: rdv needs 3\.2 or newer\./, 'brew install tmux'], old);
});

test('tmux: one that hangs is told after two seconds, and ended with what it started', async (t) => {
  const { home } = stoppedHome(t);
  const mark = join(folderFor(t), 'pid');
  const hanging = withPrograms(t, { tmux: `sleep 1000 & echo $! >${mark}; wait` });
  const begun = performance.now();
  await finds(
    'tmux',
    home,
    ['failure', /^tmux does not answer to -V \(nothing within 2000 ms\)\.$/, 'tmux -V'],
    hanging,
  );
  assert.ok(performance.now() - begun < 4000);
  assert.equal(alive(Number(readFileSync(mark, 'utf8'))), false);
});

test('tmux-abilities: a tmux that tells its version and can do nothing is found by a trial, which leaves nothing', async (t) => {
  const { home } = stoppedHome(t);
  const TMPDIR = folderFor(t);
  const before = process.env.TMPDIR;
  process.env.TMPDIR = TMPDIR;
  t.after(() => (before === undefined ? delete process.env.TMPDIR : (process.env.TMPDIR = before)));
  assert.deepEqual(await look('tmux-abilities', home), { level: 'ok', seen: 'a program was started, shown and ended' });
  const unable = withPrograms(t, {
    tmux: "[ \"$1\" = -V ] && echo 'tmux 3.3a' || { echo 'no control mode' >&2; exit 1; }",
  });
  const cure = "tmux -L trial -f /dev/null -C new-session 'exec cat'";
  await finds(
    'tmux-abilities',
    home,
    ['failure', /^tmux is there, but a trial of it fails: .*no control mode/, cure],
    unable,
  );
  const silent = withPrograms(t, { tmux: '[ "$1" = -V ] && echo \'tmux 3.3a\' || exec sleep 1000' });
  await finds('tmux-abilities', home, ['failure', /did not show a program within 2000 ms/, cure], silent);
  assert.deepEqual(
    readdirSync(TMPDIR).filter((name) => name.startsWith('rdv-tmux-')),
    [],
  );
});

test('tmux-server: one of another version than the program, and one that does not answer, are told', async (t) => {
  const { daemon } = await whole(t);
  assert.match((await look('tmux-server', daemon.home)).seen, /^tmux \S+ answers, pid \d+$/);
  const real = PATH.split(':')
    .map((folder) => join(folder, 'tmux'))
    .find((path) => existsSync(path));
  const newer = withPrograms(t, { tmux: `[ "$1" = -V ] && echo 'tmux 9.9' || exec ${real} "$@"` });
  const cure = `rdv ls  # then, when nothing in it is needed: tmux -L ${daemon.tmux} kill-server`;
  await finds(
    'tmux-server',
    daemon.home,
    ['warning', /^The tmux server is version \S+, the program is 9\.9;/, cure],
    newer,
  );
  const hanging = withPrograms(t, { tmux: `[ "$1" = -V ] && echo 'tmux 3.3a' || exec sleep 1000` });
  const look2 = `tmux -L ${daemon.tmux} list-sessions  # kill-server ends it, and all in it`;
  const seen = /^The tmux server \S+ does not answer \(nothing within 2000 ms\)\.$/;
  await finds('tmux-server', daemon.home, ['failure', seen, look2], hanging);
});

test('terminfo: a description that programs do not find is told', async (t) => {
  const { home } = stoppedHome(t);
  const none = withPrograms(t, { infocmp: 'exit 1', 'apt-get': '' });
  const seen = /^Programs find no description of (tmux|screen)-256color, the terminal they run in\.$/;
  await finds('terminfo', home, ['warning', seen, 'sudo apt-get install ncurses-term'], none);
});

test('git: a missing, an old and a hanging one are told', async (t) => {
  const { home } = stoppedHome(t);
  assert.match((await look('git', home)).seen, /^git \d+\./);
  const none = withPrograms(t, { dnf: '' }, true);
  await finds(
    'git',
    home,
    ['warning', /^git is not on the PATH\. Without it there are no worktrees\.$/, 'sudo dnf install git'],
    none,
  );
  const old = withPrograms(t, { git: 'echo git version 2.20.1', 'apt-get': '' }, true);
  await finds(
    'git',
    home,
    ['warning', /^git 2\.20\.1 is too old: rdv needs 2\.30 or newer\./, 'sudo apt-get install git'],
    old,
  );
  const hanging = withPrograms(t, { git: 'sleep 1000' });
  await finds(
    'git',
    home,
    ['warning', /^git does not answer to "git version" \(nothing within 2000 ms\)/, 'git version'],
    hanging,
  );
});

test('agents: those on the PATH are told with the version of their package, and are not run', async (t) => {
  const { home } = stoppedHome(t);
  const none = withPrograms(t, {}, true);
  const cure = 'npm install --global @anthropic-ai/claude-code';
  await finds('agents', home, ['note', /^None of claude, codex, gemini, opencode is on the PATH/, cure], none);
  const ran = join(folderFor(t), 'ran');
  const folder = programsFor(t, { claude: `touch ${ran}`, codex: `touch ${ran}` });
  const pack = folderFor(t);
  writeFileSync(join(pack, 'package.json'), '{"name": "gemini", "version": "1.2.3"}');
  writeFileSync(join(pack, 'cli.js'), '', { mode: 0o755 });
  symlinkSync(join(pack, 'cli.js'), join(folder, 'gemini'));
  const found = await look('agents', home, { environment: { PATH: folder } });
  assert.deepEqual([found, existsSync(ran)], [{ level: 'ok', seen: 'claude, codex, gemini 1.2.3' }, false]);
});
