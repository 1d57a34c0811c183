/** `rdv attach` in a real terminal: what is shown and typed, and the terminal given back on every way out. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { RESTORE } from '../../../client/cli/modes.js';
import { type Attaching, openAttaching } from './attaching.js';
import { inTerminal, type Screen } from './program.js';

let place: Attaching;
before(async () => {
  place = await openAttaching();
});
after(() => place.close());

const waysOut: Record<
  string,
  [script: string, leave: (screen: Screen, name: string) => unknown, farewell: (name: string) => string, code: number]
> = {
  'the detach chord': ['exec cat', (screen) => screen.type('\x1dd'), (name) => `[detached from ${name}]`, 0],
  'the end of the program': [
    'read x; exit 7',
    (screen) => screen.type('\r'),
    (name) => `[${name} exited with code 7]`,
    0,
  ],
  'the session closed elsewhere': [
    'exec cat',
    (_, name) => place.run('close', name, '--yes'),
    (name) => `[${name} was closed]`,
    0,
  ],
  'the session suspended elsewhere': [
    'exec cat',
    (_, name) => place.run('session', 'suspend', name),
    (name) => `[${name} was suspended]`,
    0,
  ],
  SIGTERM: ['exec cat', () => process.kill(place.pid(), 'SIGTERM'), (name) => `[detached from ${name}: SIGTERM]`, 143],
  SIGINT: ['exec cat', () => process.kill(place.pid(), 'SIGINT'), (name) => `[detached from ${name}: SIGINT]`, 130],
  SIGHUP: ['exec cat', () => process.kill(place.pid(), 'SIGHUP'), (name) => `[detached from ${name}: SIGHUP]`, 129],
  'an exception nobody caught': ['exec cat', () => process.kill(place.pid(), 'SIGUSR2'), () => 'rdv: boom', 1],
};
for (const [name, [script, leave, farewell, code]] of Object.entries(waysOut)) {
  test(`the terminal is given back after ${name}`, async () => {
    const target = await place.session(script);
    const screen = await place.attached(target);
    await leave(screen, target);
    await place.givenBack(screen, farewell(target), code);
  });
}

test('a terminal that goes away leaves no attach behind', async () => {
  const name = await place.session('exec cat');
  const screen = await place.attached(name);
  const attachPid = place.pid();
  screen.hangUp();
  await screen.ended;
  while (isAlive(attachPid)) await new Promise((resolve) => setTimeout(resolve, 10));
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

test('what is typed and printed goes through byte by byte, control keys, UTF-8 and bare newlines included', async () => {
  const name = await place.session('stty raw -echo; echo go; dd bs=1 count=14 2>/dev/null | od -An -tx1; exec cat', '');
  const screen = await place.attached(name);
  await place.run('session', 'wait', name, '--until', 'pattern', '--pattern', 'go');
  screen.type('\x03\x1a\x00\x1c\x1d\x1d\x7fü日');
  screen.type('\x1b[A');
  await screen.shows('03 1a 00 1c 1d 7f c3 bc e6 97 a5 1b 5b 41\n');
  screen.type('\x1dd');
  await place.givenBack(screen, `[detached from ${name}]`, 0);
});

test("the session takes the terminal's size, follows it, and keeps it when told so", async () => {
  const sizes = 'trap "stty size" WINCH; stty size; while :; do sleep 0.05; done';
  const follow = await place.session(sizes);
  const screen = await place.attached(follow);
  await screen.shows('30 100');
  screen.resize(90, 20);
  screen.resize(120, 40);
  await screen.shows('40 120');
  screen.type('\x1dd');
  await screen.ended;
  for (const option of ['--no-resize', '--read-only']) {
    const still = await place.attached(follow, option);
    still.resize(70, 10);
    still.type('\x1dd');
    await still.ended;
    // Left by its owner, it went home to the size of its first one.
    assert.match((await place.run('session', 'get', follow)).stdout, /^cols\t100$/m, option);
  }
});

test('--read-only types nothing, --detach-keys changes how to leave', async () => {
  const name = await place.session('exec cat');
  const looking = await place.attached(name, '--read-only');
  looking.type('secret\r\x1dd');
  await looking.shows(`[detached from ${name}]`);
  assert.doesNotMatch((await place.run('screen', name)).stdout, /secret/);
  const other = await place.attached(name, '--detach-keys ctrl-p,q');
  other.type('\x1dd\r');
  await other.shows('^]d');
  other.type('\x10q');
  await other.shows(`[detached from ${name}]`);
});

test('a suspended session is resumed', async () => {
  const name = await place.session('exec cat');
  await place.run('session', 'suspend', name);
  const screen = await place.attached(name);
  assert.match((await place.run('ls')).stdout, new RegExp(`\t${name}\tactive\t`));
  screen.type('\x1dd');
  await place.givenBack(screen, `[detached from ${name}]`, 0);
});

test('a session is not shown within itself unless forced', async () => {
  const name = await place.session('exec cat');
  const { id } = JSON.parse((await place.run('session', 'get', name, '--json')).stdout);
  const refused = inTerminal(place.daemon.home, `$RDV attach ${name}; echo "code $?"`, { RDV_SESSION_ID: id });
  await refused.shows(`rdv: This terminal is inside "${name}"`);
  await refused.shows('--force');
  await refused.shows('code 2');
  const forced = await place.attached(name, '--force', { RDV_SESSION_ID: id });
  forced.type('\x1dd');
  await forced.shows(`[detached from ${name}]`);
});

test('the terminal is not asked what tmux has answered already', async () => {
  const name = await place.session(String.raw`printf '\033[c\033[6n\033]11;?\007\033[>q'; echo asked; exec cat`);
  const screen = await place.attached(name);
  await place.run('send', name, 'again', '--enter');
  await screen.shows('again');
  assert.doesNotMatch(screen.text, /\x1b\[c|\x1b\[6n|\x1b\]11;\?|\x1b\[>q/);
  screen.type('\x1dd');
  await screen.ended;
});

test('a terminal in tmux keeps what stands on it, also where a full-screen program ran before', async () => {
  const restore = [...Buffer.from(RESTORE)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
  const before = String.raw`\033[H\033[?1049h\033[?1049l\033[2Jone\ntwo `;
  const name = await place.session(`printf '${before}${restore}'; echo three; exec cat`, '');
  await place.run('session', 'wait', name, '--until', 'pattern', '--pattern', 'three');
  const { stdout } = await place.run('screen', name);
  assert.equal(stdout.trim(), 'one\ntwo three');
});

test('new attaches on a terminal, in its size and directory', async () => {
  const screen = inTerminal(
    place.daemon.home,
    `cd ${place.folder} && $RDV new --name fresh -- sh -c 'stty size; pwd; exec cat'; echo "code $?"`,
  );
  await screen.shows('30 100');
  await screen.shows(place.folder);
  screen.type('\x1dd');
  await screen.shows('[detached from fresh]');
  await screen.shows('code 0');
});
