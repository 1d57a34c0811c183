/** `rdv logs`: the end of the log and what comes to it, through rotation, cuts and absence, and nothing raw. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathsIn } from '#protocol/paths';
import { openLog } from '../../../daemon/log/index.js';
import { folderFor, whole } from '../../support/whole.js';
import { inTerminal, rdv, start } from './program.js';

const AT = new Date(2030, 0, 2, 3, 4, 5, 6).getTime();

function logAt(t: TestContext, name = 'log/rdvd.log') {
  const home = folderFor(t);
  const path = join(home, name);
  mkdirSync(dirname(path), { recursive: true });
  const line = (msg: string, more: object = {}) => `${JSON.stringify({ level: 30, time: AT, pid: 1, ...more, msg })}\n`;
  return { home, path, line, add: (...lines: string[]) => appendFileSync(path, lines.join('')) };
}

const out = async (home: string, ...args: string[]) => (await rdv(home, ['logs', ...args])).stdout;

test('a line tells time, level, message and fields, and a stack below it', async (t) => {
  const { home, line, add } = logAt(t);
  add(
    line('ready', { socket: '/run/x', version: '1.0' }),
    line('odd', { level: 40, reason: 'it is "so"', list: ['a', 1], none: null }),
    line('broken', { level: 50, stack: 'Error: x\n    at y' }),
    line('fine', { level: 20 }),
    'no JSON at all\n',
    '{"half":\n',
    '{"level":"x","time":"y"}\n',
    line('unfinished').trimEnd(),
  );
  const at = '2030-01-02 03:04:05.006';
  assert.equal(
    await out(home),
    `${at} INFO  ready  socket=/run/x  version=1.0
${at} WARN  odd  reason="it is \\"so\\""  list=["a",1]  none=null
${at} ERROR broken
    Error: x
        at y
${at} DEBUG fine
no JSON at all
{"half":
- INFO  
`,
  );
});

test('nothing in the log drives a terminal', async (t) => {
  const { home, line, add } = logAt(t);
  const evil = '\u001b[2J\u009b31m\u0007\u007f\u0085';
  add(line(evil, { [`k${evil}`]: evil, deep: { [evil]: [evil] }, stack: `${evil}\n${evil}` }), `${evil} plain\n`);
  for (const args of [[], ['--json']]) assert.match(await out(home, ...args), /^[\x20-\x7e\n]+$/);
  const [first] = (await out(home, '--json')).split('\n');
  assert.equal(JSON.parse(first!).msg, evil, 'in JSON it is there, escaped');
});

test('the last lines come from older files too, and only as many as wanted', async (t) => {
  const { home, path, line } = logAt(t);
  for (const [i, name] of ['.2', '.1', ''].entries())
    writeFileSync(`${path}${name}`, Array.from({ length: 10 }, (_, n) => line(`line ${i * 10 + n}`)).join(''));
  const numbers = async (...args: string[]) =>
    (await out(home, '--json', ...args))
      .split('\n')
      .filter(Boolean)
      .map((text) => Number(JSON.parse(text).msg.slice(5)));
  const upTo = (from: number) => Array.from({ length: 30 - from }, (_, i) => from + i);
  assert.deepEqual(await numbers('-n', '3'), upTo(27));
  assert.deepEqual(await numbers('--lines', '15'), upTo(15));
  assert.deepEqual(await numbers(), upTo(0));
  assert.deepEqual(await numbers('-n', '0'), []);
});

test('large logs with long lines are read from their end', async (t) => {
  const { home, path, line } = logAt(t);
  const long = 'ä'.repeat(50_000);
  writeFileSync(path, Array.from({ length: 200 }, (_, n) => line(`${n % 7 === 0 ? long : ''}${n}`)).join(''));
  const lines = (await out(home, '--json', '-n', '150'))
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text).msg);
  assert.deepEqual(
    lines,
    Array.from({ length: 150 }, (_, i) => `${(i + 50) % 7 === 0 ? long : ''}${i + 50}`),
  );
});

test('--level leaves out what is less, --since what is older, and wrong ones are refused', async (t) => {
  const { home, line, add } = logAt(t);
  const now = Date.now();
  add(
    line('old', { time: now - 3_600_000, level: 50 }),
    line('young', { time: now }),
    line('bad', { time: now, level: 40 }),
    'x\n',
  );
  const messages = async (...args: string[]) =>
    (await out(home, '--json', ...args))
      .split('\n')
      .filter(Boolean)
      .map((text) => (text === 'x' ? text : JSON.parse(text).msg));
  assert.deepEqual(await messages('--level', 'warn'), ['old', 'bad']);
  assert.deepEqual(await messages('--since', '10m'), ['young', 'bad']);
  assert.deepEqual(await messages('--since', '2h'), ['old', 'young', 'bad']);
  assert.deepEqual(await messages('--since', new Date(now - 60_000).toISOString(), '--level', 'error'), []);
  assert.deepEqual(await messages('--level', 'warn', '-n', '1'), ['bad']);
  for (const args of [
    ['--since', 'yesterdayish'],
    ['--lines', 'x'],
    ['--level', 'loud'],
  ]) {
    const { code, stderr } = await rdv(home, ['logs', ...args]);
    assert.equal(code, 2);
    assert.match(stderr, /^rdv: /);
  }
});

test('without a log it says so; with a daemon away it is read all the same, wherever config.toml has put it', async (t) => {
  const empty = await rdv(folderFor(t), ['logs']);
  assert.equal(empty.code, 3);
  assert.match(
    empty.stderr,
    /^rdv: There is no log at .*rdvd\.log yet\.\nThe daemon writes it: `rdv daemon start`\.\n$/,
  );
  const { home, line, add } = logAt(t, 'else/where.log');
  add(line('hello'));
  writeFileSync(pathsIn(home).config, '[server]\nlog_file = "else/where.log"\n');
  assert.match(await out(home), /INFO {2}hello\n$/);
  assert.equal(existsSync(pathsIn(home).run), false);
});

/** Follows, and tells when something has been printed. */
async function following(t: TestContext, home: string, ...args: string[]) {
  const child = start(home, ['logs', '-f', '--json', ...args]);
  t.after(() => void child.kill('SIGKILL'));
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (data: string) => (text += data));
  const ended = once(child, 'close') as Promise<[number | null]>;
  return {
    child,
    ended,
    get text() {
      return text;
    },
    async shows(what: string) {
      while (!text.includes(what)) await once(child.stdout, 'data');
    },
    messages: () =>
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line).msg),
  };
}

test('-f goes on with what is added, through rotation, absence and cuts, and Ctrl-C ends it', {
  timeout: 60_000,
}, async (t) => {
  const { home, path, line, add } = logAt(t);
  add(line('first'));
  const follower = await following(t, home);
  await follower.shows('first');
  const half = line('second');
  add(half.slice(0, 20));
  add(half.slice(20));
  await follower.shows('second');
  renameSync(path, `${path}.1`);
  appendFileSync(`${path}.1`, line('into the old one'));
  add(line('third'));
  await follower.shows('third');
  truncateSync(path);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  add(line('fourth'));
  await follower.shows('fourth');
  rmSync(dirname(path), { recursive: true });
  await new Promise((resolve) => setTimeout(resolve, 1100));
  mkdirSync(dirname(path));
  add(line('fifth'));
  await follower.shows('fifth');
  follower.child.kill('SIGINT');
  assert.equal((await follower.ended)[0], 130);
  assert.deepEqual(follower.messages(), ['first', 'second', 'into the old one', 'third', 'fourth', 'fifth']);
});

test('-f waits for a log that is not there yet, and shows only what is wanted', { timeout: 60_000 }, async (t) => {
  const home = folderFor(t);
  const follower = await following(t, home, '--level', 'warn');
  await once(follower.child.stderr, 'data');
  mkdirSync(join(home, 'log'));
  const { log, close } = openLog(pathsIn(home).log);
  t.after(close);
  log({ level: 'info', message: 'quiet' });
  log({ level: 'warn', message: 'loud' });
  await follower.shows('loud');
  follower.child.kill('SIGINT');
  await follower.ended;
  assert.deepEqual(follower.messages(), ['loud']);
});

test('-f loses no line and shows none twice while the log is rotated again and again', {
  timeout: 120_000,
}, async (t) => {
  const { home, path } = logAt(t);
  const { log, close } = openLog(path, { level: 'info', bytes: 20_000, files: 100 });
  t.after(close);
  log({ level: 'info', message: 'begin' });
  const follower = await following(t, home);
  await follower.shows('begin');
  const count = 5000;
  for (let number = 0; number < count; number++) {
    log({ level: 'info', message: `line ${number}` });
    // Others have their turn, now soon, now late.
    if (number % 97 === 0) await new Promise((resolve) => setTimeout(resolve, number % 3));
  }
  log({ level: 'info', message: 'over' });
  await follower.shows('over');
  follower.child.kill('SIGINT');
  await follower.ended;
  const expected = ['begin', ...Array.from({ length: count }, (_, number) => `line ${number}`), 'over'];
  assert.deepEqual(follower.messages(), expected);
});

test('the log of a real daemon, on a terminal', async (t) => {
  const { daemon } = await whole(t);
  // The shell would end with what is interrupted.
  const screen = inTerminal(daemon.home, 'trap : INT; $RDV logs; $RDV logs -f; echo "code $?"');
  await screen.shows(/\d\u001b\[22m INFO {2}ready {2}\u001b\[2msocket=/);
  await screen.shows('ready');
  screen.type('\x03');
  await screen.shows('code 130');
});
