/** The command line against a real daemon: output, exit codes, causes and cures. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Daemon, startDaemon } from '../../support/daemon.js';
import { inTerminal, type Outcome, rdv } from './program.js';

let daemon: Daemon;
let id: string;
before(async () => {
  daemon = await startDaemon();
  id = await create('alpha', 'echo ready; exec cat');
  await create('beta', 'echo "$GREETING"; exec cat', '-e', 'GREETING=hi');
  const closed = await create('gone', 'exec cat');
  await run('session', 'close', closed, '--yes');
});
after(() => daemon.stop());

const run = (...args: string[]) => rdv(daemon.home, args);
const create = async (name: string, script: string, ...options: string[]) =>
  (await run('new', '--name', name, '-C', '/tmp', ...options, '-d', '--', 'sh', '-c', script)).stdout.trim();
const json = async (...args: string[]) => JSON.parse((await run('--json', ...args)).stdout);

/** The same command by the light path and, forced by an extra flag, by the full program. */
async function bothPaths(...args: string[]): Promise<Outcome> {
  const [light, full] = [await run(...args), await run(...args, '--timeout', '20000')];
  // What a session prints meanwhile makes another revision, and another time.
  const settled = ({ stdout, ...rest }: Outcome) => ({
    ...rest,
    stdout: stdout.replace(/"revision":"[^"]*"|"lastActivityAt":\d+/g, ''),
  });
  assert.deepEqual(settled(light), settled(full));
  return light;
}

test('ls gives programs one line a session, without a header', async () => {
  const { code, stdout, stderr } = await run('ls');
  const lines = stdout.trimEnd().split('\n');
  assert.deepEqual([code, stderr, lines.length], [0, '', 2]);
  const [short, name, status, command, folder, active] = lines[0]!.split('\t');
  assert.deepEqual(
    [short, name, status, command, folder],
    [id.slice(0, 8), 'alpha', 'active', "sh -c 'echo ready; exec cat'", '/tmp'],
  );
  assert.match(active!, /^(now|\d+s ago)$/);
  assert.equal((await run('ls', '--all')).stdout.trimEnd().split('\n').length, 3);
  assert.match((await run('ls', '--status', 'closed')).stdout, /^\w{8}\tgone\tclosed\t/);
});

test('light and full path give the same', async () => {
  const same = [
    ['ls', '--json'],
    ['ls', '--all', '--json'],
    ['screen', id],
    ['screen', 'alpha', '--lines', '5', '--json'],
    ['session', 'list', '--status', 'closed', '--json'],
  ];
  for (const args of same) assert.equal((await bothPaths(...args)).code, 0, args.join(' '));
  for (const args of [
    ['ls', '--status', 'lost'],
    ['screen', 'alhpa'],
    ['send', 'nobody', 'x'],
    ['screen', id, '--lines', 'x'],
    ['send', 'alpha'],
  ]) {
    const { code, stdout, stderr } = await bothPaths(...args);
    assert.ok(code && stdout === '' && /^rdv: .+\n.+\n$/.test(stderr), `${args.join(' ')}: ${code} ${stderr}`);
  }
});

test("--json is the method's own result, one object on one line", async () => {
  assert.deepEqual(Object.keys(await json('ls')).sort(), ['more', 'revision', 'sessions', 'unchanged']);
  assert.equal((await json('session', 'get', 'alpha')).id, id);
  assert.equal((await json('daemon', 'status')).pid, daemon.pid);
  const renamed = await json('session', 'rename', 'alpha', 'alpha');
  assert.deepEqual({ ...renamed, repository: null }, await json('session', 'get', id));
  assert.deepEqual(await json('send', 'alpha', ''), { success: true, bytes: 0 });
});

test('what is sent appears on the screen', async () => {
  assert.deepEqual(await run('send', 'alpha', 'hällo', 'wörld', '--enter'), { code: 0, stdout: '', stderr: '' });
  const waited = await json('session', 'wait', 'alpha', '--until', 'pattern', '--pattern', 'hällo wörld');
  assert.equal(waited.reason, 'matched');
  assert.match((await run('screen', 'alpha')).stdout, /^ready\nhällo wörld\n/);
  assert.match((await run('screen', 'beta')).stdout, /^hi\n/);
});

const failures: Record<string, [args: string[], code: number, cause: RegExp, cure: RegExp]> = {
  'an unknown session': [['session', 'get', 'alpa'], 3, /No session "alpa"/, /Did you mean "alpha"\?/],
  'an unknown id': [['session', 'get', '00000000-0000-4000-8000-000000000000'], 3, /./, /rdv ls --all/],
  'an ambiguous id': [['session', 'get', ''], 3, /No session ""/, /./],
  'a wrong value': [['session', 'create', '--cols', 'many'], 2, /cols/, /--help/],
  'a value the daemon refuses': [['session', 'create', '--cols', '5'], 2, /cols/, /--help/],
  'an unknown command': [['lss'], 2, /unknown command 'lss'$/, /^Did you mean `rdv ls`\? See `rdv --help`/],
  'a state there is not': [['ls', '--status', 'activ'], 2, /"activ"/, /^Did you mean "active"\?$/],
  'an unknown option': [['session', 'list', '--foo'], 2, /unknown option '--foo'/, /rdv session list --help/],
  'a missing argument': [['session', 'get'], 2, /missing required argument 'id'/, /rdv session get --help/],
  'a missing option': [['session', 'wait', 'alpha'], 2, /--until/, /--help/],
  'a wait that takes too long': [
    ['session', 'wait', 'beta', '--until', 'pattern', '--pattern', 'never', '--timeout-ms', '50'],
    124,
    /50 ms/,
    /--timeout-ms/,
  ],
  'a close nobody can confirm': [['close', 'alpha'], 2, /close "alpha"/, /Add --yes/],
  'a destructive method nobody can confirm': [['session', 'close', 'alpha'], 2, /close session "alpha"/, /Add --yes/],
  'an attach off a terminal': [['attach', 'alpha'], 2, /needs a terminal/, /rdv screen/],
  'a bad --timeout': [['ls', '--timeout', 'soon'], 2, /--timeout/, /--timeout 5000/],
  'a foreign socket nobody listens on': [
    ['ls', '--socket', '/tmp/none.sock'],
    69,
    /No daemon answers at \/tmp\/none.sock/,
    /Check the socket/,
  ],
};
for (const [name, [args, code, cause, cure]] of Object.entries(failures)) {
  test(`${name} exits with ${code}, one line of cause and one of cure`, async () => {
    const outcome = await run(...args);
    const lines = outcome.stderr.split('\n');
    assert.deepEqual([outcome.code, outcome.stdout, lines.length], [code, '', 3], outcome.stderr);
    assert.match(lines[0]!, /^rdv: /);
    assert.match(lines[0]!, cause);
    assert.match(lines[1]!, cure);
  });
}

test('--debug adds where an error comes from, before or after the command', async () => {
  for (const args of [
    ['session', 'get', 'zzz', '--debug'],
    ['--debug', 'session', 'get', 'zzz'],
  ]) {
    assert.match((await run(...args)).stderr, /\n {4}at .*\nrdv: No session "zzz"\.\n/s);
  }
});

test('command lines of the table: maps, lists, booleans, the rest after --', async () => {
  const script = 'printf "%s|" "$A" "$B" "$@"; exec cat';
  const created = await json(
    'session',
    'create',
    '--name',
    'made',
    '--environment',
    'A=1',
    '--environment',
    'B=x=y',
    '--',
    'sh',
    '-c',
    script,
    'sh',
    '--name',
    '-d',
  );
  assert.deepEqual([created.name, created.command.slice(-2)], ['made', ['--name', '-d']]);
  await json('session', 'wait', 'made', '--until', 'pattern', '--pattern', '1\\|x=y\\|--name\\|-d');
  await json('session', 'exec', 'made', 'typed', '--no-press-enter');
  await json('session', 'send', 'made', 'on', '--keys', 'Enter,Enter', '--keys', 'C-c');
  const ended = await json('session', 'wait', 'made', '--until', 'exit');
  assert.equal(ended.reason, 'exited');
  assert.match((await run('ls')).stdout, /\tmade\t(exited|killed) \d+\t/);
  await run('close', 'made', '--yes');
});

test('the same key gives the same session', async () => {
  const make = () => run('new', '-d', '--key', 'k1', '--', 'cat');
  const first = await make();
  assert.match(first.stdout, /^[0-9a-f-]{36}\n$/);
  assert.deepEqual(await make(), first);
  assert.deepEqual(await run('close', first.stdout.trim(), '--yes', '--quiet'), { code: 0, stdout: '', stderr: '' });
});

test('hostile names never reach the terminal raw', async () => {
  const hostile = 'x\x1b]0;owned\x07\x9b31m\ty';
  const made = await create(hostile, 'exec cat');
  for (const args of [['ls'], ['ls', '--json'], ['session', 'get', made], ['close', made, '--yes']]) {
    const { stdout, stderr } = await run(...args);
    assert.doesNotMatch(stdout + stderr, /[\x00-\x08\x0b-\x1f\x7f-\x9f]/, args.join(' '));
  }
});

test('help and version are answers', async () => {
  for (const args of [['--help'], ['session', 'create', '--help'], ['session', '--help']]) {
    const { code, stdout, stderr } = await run(...args);
    assert.ok(code === 0 && stderr === '' && stdout.startsWith('Usage: rdv '), args.join(' '));
  }
  assert.match((await run('--version')).stdout, /^\d+\.\d+\.\d+\n$/);
  assert.deepEqual([(await run('session')).code, (await run()).code], [2, 2]);
});

test('a reader that goes away is no failure', async () => {
  const screen = inTerminal(daemon.home, '{ $RDV ls --json; echo "code $?" >&2; } | true');
  await screen.shows('code 0');
  assert.doesNotMatch(screen.text, /rdv:|EPIPE/);
});

test('on a terminal ls is a table that fits, in colours unless unwanted', async () => {
  const screen = inTerminal(daemon.home, '$RDV ls; echo; $RDV ls --no-color; echo end');
  await screen.shows(/ID +NAME +STATUS +COMMAND +DIRECTORY +ACTIVE\r\n/);
  await screen.shows(`\x1b[1m${id.slice(0, 8)}\x1b[22m  alpha  \x1b[32mactive`);
  await screen.shows(new RegExp(`${id.slice(0, 8)}  alpha  active .*ago\r\n`));
  await screen.shows('end');
});

test('a person is asked before a session is closed', async () => {
  await create('asked', 'exec cat');
  const no = inTerminal(daemon.home, '$RDV close asked; echo "code $?"');
  await no.shows('close "asked" and end its programs? [y/N] ');
  no.type('n\r');
  await no.shows('code 130');
  const yes = inTerminal(daemon.home, '$RDV session close asked; echo "code $?"');
  await yes.shows('close session "asked"? [y/N] ');
  yes.type('y\r');
  await yes.shows('code 0');
  assert.equal((await run('session', 'get', 'asked')).stdout.match(/^status\t(.*)$/m)?.[1], 'closed');
});

test('the tmux server is shown with times a person reads, and who ends something in it is asked by its name', async () => {
  const name = `rdv-${id}`;
  const screen = inTerminal(daemon.home, `$RDV tmux list; $RDV tmux kill ${name}; $RDV tmux kill-orphaned; echo end`);
  await screen.shows(/SINCE/);
  await screen.shows(`kill tmux "${name}"? [y/N] `);
  assert.match(screen.text, new RegExp(`${name}\\x1b\\[22m +1 +(now|\\d+s ago) +- `));
  screen.type('n\r');
  await screen.shows('kill orphaned tmux? [y/N] ');
  screen.type('n\r');
  await screen.shows('end');
  assert.equal((await run('session', 'get', 'alpha')).stdout.match(/^status\t(.*)$/m)?.[1], 'active');
});

test('Ctrl-C ends a wait with 130', async () => {
  const screen = inTerminal(
    daemon.home,
    'trap : INT; echo begin; $RDV session wait alpha --until exit; echo "code $?"',
  );
  await screen.shows('begin');
  while ((await json('daemon', 'status')).connections < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  screen.type('\x03');
  await screen.shows('code 130');
});
