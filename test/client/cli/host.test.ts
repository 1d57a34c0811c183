/** `--host`: the daemon of another machine by a real ssh, with the commands and the words of this one. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import xterm from '@xterm/headless';
import { FRESH } from '../../../client/cli/modes.js';
import { startStub } from '../../support/stub-daemon.js';
import { type Attaching, openAttaching } from './attaching.js';
import { inTerminal, program, rdv, type Screen } from './program.js';
import { call, speak } from './speaking.js';
import { noSshd, openSshd, type Sshd } from './sshd.js';

const skip = noSshd() ?? false;
let place: Attaching;
let sshd: Sshd;
before(async () => {
  if (skip) return;
  place = await openAttaching();
  sshd = await openSshd(place.daemon);
});
after(async () => {
  if (skip) return;
  await sshd.close();
  await place.close();
});

/** A folder that is of no daemon: nothing here may answer for the other machine. */
const NOWHERE = '/nowhere/of/a/daemon';
const far = (...args: string[]) => farWith({}, ...args);
const farWith = (more: object, ...args: string[]) =>
  rdv(NOWHERE, args, { ...sshd.environment, RDV_HOST: 'far', ...more });
const shown = ({ code, stdout, stderr }: Awaited<ReturnType<typeof rdv>>) => [code, stdout, stderr];

test('sessions of another machine are listed, made, typed into and seen as those of this one', { skip }, async () => {
  assert.deepEqual(shown(await rdv(NOWHERE, ['ls', '--host', 'far'], sshd.environment)), [
    0,
    '',
    'No sessions. `rdv new` starts one.\n',
  ]);
  const made = await far('new', '-d', '--name', '日本語 é 🚀', '--', 'sh', '-c', 'stty -echo; pwd; exec cat');
  const id = made.stdout.trim();
  await far('send', '日本語 é 🚀', 'hallo ü', '--enter');
  await far('session', 'wait', id, '--until', 'pattern', '--pattern', 'hallo ü');
  // Where it starts is for the other machine to say: here is not there.
  assert.equal((await far('screen', id)).stdout.trim(), `${homedir()}\nhallo ü`);
  assert.match((await far('ls')).stdout, /\t日本語 é 🚀\tactive\t/);
  assert.equal((await far('close', id, '--yes')).code, 0);
});

test('a command runs to its end there, and its output and code are ours', { skip }, async () => {
  const { code, stdout } = await far('run', '-C', '/', '--', 'sh', '-c', 'pwd; exit 7');
  assert.deepEqual([code, stdout.trim()], [7, '/']);
});

test('a pipe to another machine logs in there', { skip }, async () => {
  const piped = speak(NOWHERE, ['--host', 'far'], sshd.environment);
  const { code, stderr, heard } = await piped.end(Buffer.concat([call(1, 'initialize'), call(2, 'daemon/ping')]));
  assert.deepEqual([code, stderr, heard.map(({ id, error }) => error ?? id)], [0, '', [1, 2]]);
});

/** Attached over ssh; it is gone with the test. */
function attached(t: TestContext, name: string): Screen {
  const screen = inTerminal(NOWHERE, `$RDV attach ${name}; echo "code $?"`, { ...sshd.environment, RDV_HOST: 'far' });
  let over = false;
  void screen.ended.then(() => (over = true));
  t.after(() => over || screen.hangUp());
  return screen;
}

async function left(screen: Screen): Promise<void> {
  screen.type('\x1dd');
  await screen.shows('[detached from ');
  await screen.shows('code 0');
  await screen.ended;
}

test('attach shows, types, resizes and leaves; cut off, it goes on with nothing lost or doubled', {
  skip,
}, async (t) => {
  const go = join(sshd.folder, 'go');
  const counts = `while [ ! -e ${go} ]; do sleep 0.05; done; for i in $(seq 1 20); do echo line $i; sleep 0.1; done`;
  const echoes = `trap 'stty size' WINCH; while :; do read -r word && echo "$word" || sleep 0.1; done`;
  const name = await place.session(`stty -echo; ${counts}; ${echoes}`, '');
  const screen = attached(t, name);
  await screen.shows('ready');
  writeFileSync(go, '');
  await screen.shows('line 5\r\n');
  sshd.cut();
  await screen.shows('line 20\r\n');
  screen.type('after\r');
  await screen.shows('after\r\n');
  const lines = Array.from({ length: 20 }, (_, at) => `line ${at + 1}`);
  assert.equal(await drawn(screen.text), ['ready', ...lines, 'after'].join('\n'));

  screen.resize(90, 28);
  await screen.shows('28 90\r\n');
  await left(screen);
});

test('attach goes on when the daemon there is replaced', { skip }, async (t) => {
  const screen = attached(t, await place.session('exec cat', ''));
  await screen.shows('ready');
  await place.daemon.restart();
  await screen.shows(FRESH);
  screen.type('again\r');
  await screen.shows('again\r\nagain');
  await left(screen);
});

/** What the terminal shows that was given this, from its first line on. */
async function drawn(text: string): Promise<string> {
  const terminal = new xterm.Terminal({ cols: 100, rows: 30, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(text, resolve));
  const { active } = terminal.buffer;
  const lines = Array.from({ length: active.length }, (_, at) => active.getLine(at)?.translateToString(true) ?? '');
  terminal.dispose();
  return lines.join('\n').trim();
}

const failures: Record<string, [host: string, more: object, code: number, stderr: RegExp]> = {
  'a key that changed': [
    'forged',
    {},
    4,
    /^rdv: forged was not reached: Host key verification failed\.\n.*attack.*\n$/,
  ],
  'a key that nobody knows': ['strange', {}, 4, /^rdv: strange was not reached: .*\nLog in once by hand .*\n$/],
  'a login that is refused': [
    'closed',
    {},
    4,
    /^rdv: closed was not reached: .*Permission denied.*\n.*`ssh closed`.*\n$/,
  ],
  'a port where nobody listens': ['deaf', {}, 69, /^rdv: deaf was not reached: .*Connection refused\r?\n.*ssh:\/\//],
  'a machine without rdv': [
    'far',
    { RDV_REMOTE_COMMAND: 'rdv-that-is-not' },
    69,
    /^rdv: far finds no rdv: .*rdv-that-is-not.*\n.*RDV_REMOTE_COMMAND/,
  ],
  'an rdv that is too old': [
    'far',
    { RDV_REMOTE_COMMAND: 'echo "rdv: unknown command \'rpc\'" >&2; exit 2;' },
    1,
    /^rdv: far has an rdv that is older than this one: .*\nUpdate it there/,
  ],
  'an ssh that is not there': ['far', { RDV_SSH: 'ssh-that-is-not' }, 69, /^rdv: .*ssh-that-is-not/],
  'what ssh would take for an option': ['-oProxyCommand=x', {}, 2, /^rdv: "-oProxyCommand=x" is not the name/],
  'a user that is one': ['ssh://-oProxyCommand=x', {}, 2, /^rdv: ".*" is not the name/],
};
test('what keeps ssh from the daemon is told in its own words, with what to do', { skip }, async (t) => {
  const all = Object.entries(failures).map(async ([what, [host, more, code, stderr]]) => {
    const outcome = await farWith({ RDV_HOST: host, ...more }, 'ls');
    return { what, code, stderr, outcome };
  });
  for (const { what, code, stderr, outcome } of await Promise.all(all))
    await t.test(what, () => {
      assert.match(outcome.stderr, stderr);
      assert.deepEqual([outcome.code, outcome.stdout], [code, '']);
    });
});

test('a daemon that does not run there is started, unless it must not', { skip }, async () => {
  await place.daemon.terminate();
  const refused = await far('ls', '--no-autostart');
  assert.equal(refused.code, 69);
  assert.match(refused.stderr, /^rdv: far: No daemon answers at .*\nOn far: Start it: `rdv daemon start`\.\n$/);
  assert.match((await far('daemon', 'status')).stderr, /No daemon answers/, 'a question starts none');
  assert.equal((await far('ls')).code, 0);
  assert.match((await far('daemon', 'status')).stdout, /^version\t/);
  assert.equal((await place.run('daemon', 'stop')).code, 0);
  await place.daemon.restart();
});

test('ssh is run as a program that nobody can talk to, and the machine is no option of it', async () => {
  const told = `sh -c 'printf "%s " "$@" >&2; exit 255'`;
  const { code, stderr } = await rdv(NOWHERE, ['ls', '--no-autostart'], { RDV_SSH: told, RDV_HOST: 'me@box' });
  assert.equal(code, 69);
  const settings = 'ServerAliveInterval=5 -o ServerAliveCountMax=3 -o ConnectTimeout=15 -o ClearAllForwardings=yes';
  const args = `${settings} -o RemoteCommand=none -o BatchMode=yes -- me@box rdv rpc --stdio --host= --no-autostart`;
  assert.equal(stderr.split('\n')[0], `rdv: me@box was not reached: -o ${args}`);
});

test('what a chatty shell there prints before the first answer is passed over', async (t) => {
  const stub = await startStub({ 'session/list': () => ({ sessions: [] }) });
  t.after(() => stub.stop());
  const rpc = `exec "${process.execPath}" "${program}" rpc --stdio --host= --socket "${stub.socketPath}"`;
  const greetings = { lines: 'echo Welcome: to box; sleep 0.1', title: 'printf "\\\\033]0;box\\\\007"' };
  for (const [what, greeting] of Object.entries(greetings))
    await t.test(what, async () => {
      const RDV_SSH = `sh -c '${greeting}; ${rpc}'`;
      const outcome = await rdv(stub.home, ['ls'], { RDV_SSH, RDV_HOST: 'box' });
      assert.deepEqual(shown(outcome), [0, '', 'No sessions. `rdv new` starts one.\n']);
    });
  await t.test('but not without end', async () => {
    const outcome = await rdv(stub.home, ['ls'], { RDV_SSH: `sh -c 'yes'`, RDV_HOST: 'box' });
    assert.equal(outcome.code, 69);
    assert.match(outcome.stderr, /^rdv: box prints text where answers were expected\.\nSee what `ssh box true` prints/);
  });
});

test('what ssh says while it waits is shown, and drives no terminal', async () => {
  const RDV_SSH = `sh -c 'printf "Touch your key\\\\n\\\\033]52;c;b3duZWQ=\\\\007" >&2; sleep 1; exit 255'`;
  const screen = inTerminal(NOWHERE, '$RDV ls; echo "code $?"', { RDV_SSH, RDV_HOST: 'box' });
  await screen.shows('code 69');
  await screen.ended;
  assert.match(screen.text, /^Touch your key\r\n\]52;c;b3duZWQ=/);
});

test('what a daemon of another version does not know is told with both versions', async (t) => {
  const stub = await startStub({ 'session/list': () => ({ error: { code: -32601, message: 'No such method.' } }) });
  t.after(() => stub.stop());
  const RDV_SSH = `sh -c 'exec "${process.execPath}" "${program}" rpc --stdio --host= --socket "${stub.socketPath}"'`;
  const { code, stderr } = await rdv(stub.home, ['ls'], { RDV_SSH, RDV_HOST: 'box' });
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^rdv: No such method\.\nbox runs rdv 0, this is \d+\.\d+\.\d+: update the older of the two\.\n$/,
  );
  // Nothing that is secret here goes there: its token was added there.
  assert.equal(stub.heard[0]?.params.token, stub.token);
  assert.deepEqual(Object.keys(stub.heard[0]?.params), ['protocolVersion', 'clientInfo', 'token']);
});

/** Each touches files or processes of the machine it runs on. */
const local = [
  'daemon start',
  'daemon stop',
  'daemon run',
  'daemon restart',
  'bridge status',
  'logs',
  'doctor',
  'config path',
  'mcp',
];
test('what works on files and processes of a machine is not done to this one', async () => {
  const all = local.map(async (line) => ({ line, ...(await rdv(NOWHERE, line.split(' '), { RDV_HOST: 'box' })) }));
  for (const { line, code, stderr } of await Promise.all(all)) {
    assert.equal(
      stderr,
      `rdv: \`rdv ${line}\` works on the machine it runs on.\nRun it there: \`ssh box rdv ${line}\`.\n`,
    );
    assert.equal(code, 2);
  }
  const here = await rdv(NOWHERE, ['hook', 'claude', 'Stop'], { RDV_HOST: 'box' });
  assert.deepEqual(shown(here), [0, '', '']);
});

/** None of these gets as far as ssh, which would fail. */
const misplaced: Record<string, RegExp> = {
  'new -d -C src': /^rdv: "src" says nothing on box\.\nName it by its full path there\.\n$/,
  'run -C . true': /^rdv: Where you are says nothing on box\.\n/,
  'worktree list': /^rdv: Where you are says nothing on box\.\n/,
  'worktree remove feature --yes': /^rdv: "feature" says nothing on box\.\n/,
  'folder create x --path src': /^rdv: "src" says nothing on box\.\n/,
  'ls --socket /x': /^rdv: --socket is a file of this machine\.\n/,
};
test('a directory of this machine is never taken for one of the other', async (t) => {
  const all = Object.entries(misplaced).map(async ([line, stderr]) => {
    return { line, stderr, outcome: await rdv(NOWHERE, line.split(' '), { RDV_HOST: 'box', RDV_SSH: 'false' }) };
  });
  for (const { line, stderr, outcome } of await Promise.all(all))
    await t.test(line, () => {
      assert.match(outcome.stderr, stderr);
      assert.equal(outcome.code, 2);
    });
});
