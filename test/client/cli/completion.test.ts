/** Tab in real shells, with a real daemon behind it: what was completed is what the program is then given. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect } from '#client';
import { scripts, shells } from '../../../client/cli/scripts.js';
import { type Daemon, startDaemon } from '../../support/daemon.js';
import { placeIn } from '../../support/repository.js';
import { inTerminal, program, rdv } from './program.js';

let daemon: Daemon;
let folder: string;
/** Nothing in it may be run, expanded, or taken for an option. */
const odd = `it's: "odd" $(touch owned) \`touch owned\` ~ \\ !! #`;
const names = ['my session', 'api:web', 'api:db', odd, '-x', 'größe', 'bad\x1b[31mname'];
let idOf: Record<string, string>;

before(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'rdv-')));
  mkdirSync(join(folder, 'bin'));
  const wrapper = join(folder, 'bin/rdv');
  // What is not completed is told by itself, word by word.
  writeFileSync(
    wrapper,
    `#!/bin/sh\n[ "$1" != complete ] || exec '${process.execPath}' '${program}' "$@"\nprintf 'ran'\nprintf '[%s]' "$@"\necho\n`,
  );
  chmodSync(wrapper, 0o755);
  const repository = placeIn(folder).init('repository');
  repository.commit({ 'a file.cast': '' });
  repository.git('branch', 'feature/tab');
  mkdirSync(join(repository.path, 'dir ectory'));
  daemon = await startDaemon();
  const client = await connect({
    socketPath: daemon.socket,
    token: () => daemon.token,
    clientInfo: { name: 'test', version: '1' },
  });
  const made = names.map((name) => client.call('session/create', { name, projectPath: '/tmp', command: ['cat'] }));
  idOf = Object.fromEntries((await Promise.all(made)).map(({ name, id }) => [name, id]));
  await client.call('folder/create', { name: 'side project' });
  await client.call('token/create', { name: 'laptop' });
  client.close();
});
after(async () => {
  await daemon.stop();
  rmSync(folder, { recursive: true, force: true });
});

const starts = {
  bash: 'exec bash --noprofile --norc -i',
  zsh: 'exec zsh -f -i',
  fish: 'exec fish --no-config -i',
};
const loads = {
  bash: 'eval "$(rdv-script bash)"; set +o history',
  zsh: 'eval "$(rdv-script zsh)"',
  fish: 'rdv-script fish | source; set -g fish_autosuggestion_enabled 0',
};

/** What is typed, Tabs included, and the words that the program is run with then. */
const lines: Readonly<Record<string, readonly [typed: string, words: () => readonly string[]]>> = {
  'a command and a name with a space': ['rdv att\tmy\t', () => ['attach', 'my session']],
  'the program by its path from the home folder': ['~/../bin/rdv att\tmy\t', () => ['attach', 'my session']],
  'a name that would be expanded and run': ['rdv screen it\t', () => ['screen', odd]],
  'a name in quotes': ['rdv close "my\t', () => ['close', 'my session']],
  'a name with a colon': ['rdv send api:w\thello', () => ['send', 'api:web', 'hello']],
  'letters beyond ASCII': ['rdv attach gr\t', () => ['attach', 'größe']],
  'the beginning of an id': ['rdv session get ID\t', () => ['session', 'get', idOf['my session']!.slice(0, 8)]],
  'a noun, a verb and a value behind --': ['rdv ses\tsusp\t-- my\t', () => ['session', 'suspend', '--', 'my session']],
  'an option and its choice': [
    'rdv inject my\thi --mo\twhen\t',
    () => ['inject', 'my session', 'hi', '--mode', 'whenIdle'],
  ],
  'the value of --option=': [
    'rdv session list --status=active,sus\t',
    () => ['session', 'list', '--status=active,suspended'],
  ],
  'a folder for --option=': ['rdv ls --folder=side\t', () => ['ls', '--folder=side project']],
  'a token': ['rdv token revoke lap\t', () => ['token', 'revoke', 'laptop']],
  'a branch of the repository here': ['rdv worktree create feat\t', () => ['worktree', 'create', 'feature/tab']],
  'a file': ['rdv play a\t', () => ['play', 'a file.cast']],
  'a directory': ['rdv new -C dir\t', () => ['new', '-C', 'dir ectory']],
  'nothing where nothing fits': ['rdv attach zzz\t', () => ['attach', 'zzz']],
};

for (const shell of shells) {
  const isMissing = spawnSync('sh', ['-c', `command -v ${shell}`]).status !== 0;
  test(`Tab in ${shell}`, { skip: isMissing && `${shell} is missing` }, async (t) => {
    const more = { PATH: `${folder}/bin:${process.env.PATH}`, HOME: join(folder, 'home'), LC_ALL: 'C.UTF-8' };
    const script = join(folder, 'bin/rdv-script');
    writeFileSync(script, `#!/bin/sh\nexec '${process.execPath}' '${program}' completion "$@"\n`);
    chmodSync(script, 0o755);
    const screen = inTerminal(daemon.home, `cd ${folder}/repository; ${starts[shell]}`, more);
    screen.type(`${loads[shell]}; echo rea""dy\r`);
    await screen.shows('ready\r\n');
    for (const [what, [typed, words]] of Object.entries(lines)) {
      await t.test(what, async () => {
        screen.type(`${typed.replace('ID', idOf['my session']!.slice(0, 7))}\r`);
        await screen.shows('ran[');
        await screen.shows('\r\n');
        const ran = screen.text.slice(screen.text.lastIndexOf('ran['));
        assert.equal(
          // One shell takes the slash away again at the end of a directory.
          ran.slice(0, ran.indexOf('\r\n')).replace('/]', ']'),
          `ran${words()
            .map((word) => `[${word}]`)
            .join('')}`,
        );
      });
    }
    assert.ok(!existsSync(join(folder, 'repository/owned')));
    screen.hangUp();
    await screen.ended;
  });
}

/** What `rdv complete` prints, and how long that took. */
async function complete(args: readonly string[]) {
  const started = performance.now();
  const outcome = await rdv(daemon.home, ['complete', ...args]);
  return { ...outcome, ms: performance.now() - started };
}

test('where no daemon answers, completion is quick and quiet, and starts none', async () => {
  const floor = (await complete(['--', 'session', ''])).ms;
  const alone = { code: 0, stdout: ':4\n', stderr: '' };
  process.kill(daemon.pid, 'SIGSTOP');
  const { ms, ...stopped } = await complete(['--', 'attach', '']);
  process.kill(daemon.pid, 'SIGCONT');
  assert.deepEqual(stopped, alone);
  assert.ok(ms < floor + 1500, `${ms} ms, where a list of verbs takes ${floor} ms`);
  const away = await rdv(join(folder, 'nowhere'), ['complete', '--', 'attach', '']);
  assert.deepEqual(away, alone);
  assert.ok(!existsSync(join(folder, 'nowhere')));
  const verbs = await rdv(join(folder, 'nowhere'), ['complete', '--', 'session', 'sus']);
  assert.match(verbs.stdout, /^suspend\t.+\n:4\n$/);
});

test('as a shell starts, the script comes without the full program', () => {
  const light = join(folder, 'light');
  mkdirSync(light);
  for (const file of ['rdv.cjs', 'rdv-complete.cjs']) copyFileSync(join(program, '..', file), join(light, file));
  const { stdout } = spawnSync(process.execPath, [join(light, 'rdv.cjs'), 'completion', 'bash'], { encoding: 'utf8' });
  assert.equal(stdout, scripts.bash);
});

test('the shell is that of SHELL, or is asked for', async () => {
  for (const shell of shells) {
    const { code, stdout } = await rdv(daemon.home, ['completion'], { SHELL: `/usr/bin/${shell}` });
    assert.deepEqual([code, stdout], [0, scripts[shell]]);
  }
  const { code, stdout, stderr } = await rdv(daemon.home, ['completion'], { SHELL: '/bin/tcsh' });
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /^rdv: There is no completion for tcsh\.\nName one: `rdv completion bash\|zsh\|fish`\.\n$/);
});
