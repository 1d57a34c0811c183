/** The second protocol: places, credit, gaps, resumption. */
import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { bridged } from '../../support/bridged.js';
import { asService, openPage, type PageOptions, V2 } from '../../support/pages.js';

const shared = await bridged({ after });

async function running(t: TestContext, script: string, all = shared) {
  const { client, bridge } = all;
  const { id } = await client.call('session/create', { command: ['sh', '-c', script], cols: 80, rows: 24 });
  const headers = asService(bridge.paths, client.user);
  const open = (hello: object = {}, options: PageOptions = {}) => {
    const page = openPage(t, bridge.paths.terminalSocket, `/ws/terminal/${id}`, { headers, protocol: V2, ...options });
    page.socket.on('open', () => page.say({ type: 'hello', cols: 80, rows: 24, flow: true, mode: 'rw', ...hello }));
    return page;
  };
  return { ...all, id, open };
}

const flood = (last: number) => `stty -echo -onlcr; echo up; read go; seq 1 ${last}; echo; echo the end; exec cat`;
const FLOOD = flood(400_000);
/** Less than the daemon holds: who is slow on a busy machine finds it all the same. */
const HELD = 100_000;
const decoded = ({ data }: { readonly [field: string]: any }) => data;

test('a hello is answered with the place and the screen; bytes go both ways unchanged', async (t) => {
  const { open } = await running(t, 'stty raw -echo; printf up; exec cat');
  const page = open();
  const { epoch, offset } = await page.until('ready');
  await page.until('size');
  assert.deepEqual(page.heard[0], { type: 'ready', v: 2, epoch, offset, resumed: false });
  assert.deepEqual(page.heard[1], { type: 'size', cols: 80, rows: 24, owner: true });
  const { data, ...snapshot } = await page.until('snapshot');
  assert.deepEqual(snapshot, { type: 'snapshot', epoch, offset, cols: 80, rows: 24 });
  if (!decoded({ data }).includes('up')) await page.shows('up');
  const all = Buffer.from([...Array(256).keys()]);
  page.type(all);
  const bytes = () => Buffer.concat(page.pieces.map(({ data }) => data));
  await page.holds(() => bytes().includes(all));
  page.say({ type: 'ping' });
  await page.until('pong');
});

test('a page that does not acknowledge gets 128 KB at most, and goes on when it does; another page is not slowed', async (t) => {
  const { open } = await running(t, FLOOD);
  const slow = open({}, { acks: false });
  await slow.until('snapshot');
  const quick = open();
  await quick.until('snapshot');
  quick.type('\r');
  // Where the machine is busy it may be behind what is held, and sees the end on a screen.
  await quick.holds(
    () => quick.text().includes('the end') || quick.heard.some(({ data = '' }) => /the end/.test(data)),
  );
  const start = slow.pieces[0]!.offset;
  const end = () => slow.pieces.at(-1)!.offset + slow.pieces.at(-1)!.data.length;
  assert.ok(end() - start > 100_000 && end() - start < 128_000, `${end() - start} bytes`);
  assert.ok(slow.pieces.every(({ data }) => data.length <= 16 * 1024));
  slow.say({ type: 'ack', offset: end() });
  await slow.until('gap');
  const last =
    slow.heard.at(-1)!.type === 'snapshot'
      ? slow.heard.at(-1)!
      : await slow.until('snapshot', ({ offset }) => offset > end());
  assert.match(decoded(last), /the end/);
});

test('a page that comes back goes on at the next byte; after a restart of the daemon it gets a gap and the screen', async (t) => {
  const { daemon, open } = await running(t, flood(HELD), await bridged(t));
  const first = open();
  const { epoch } = await first.until('ready');
  // What is printed before the screen was drawn is on it, and comes as no bytes.
  await first.until('snapshot');
  first.type('\r');
  await first.shows('\n1000\n');
  first.socket.terminate();
  // What was on its way still comes; it is as if it had not.
  const had = [...first.pieces];
  const { offset, data } = had.at(-1)!;
  const place = { epoch, offset: offset + data.length };
  const second = open({ resume: place });
  assert.deepEqual(await second.until('ready'), { type: 'ready', v: 2, ...place, resumed: true });
  await second.shows('the end');
  const bytes = Buffer.concat([...had, ...second.pieces].map(({ data }) => data)).toString();
  const numbers = Array.from({ length: HELD }, (_, at) => `${at + 1}\n`).join('');
  assert.ok(bytes.includes(`${numbers}\nthe end`));
  await daemon.restart();
  const { from, to } = await second.until('gap');
  const screen = await second.until('snapshot');
  assert.notEqual(screen.epoch, epoch);
  assert.deepEqual([to, typeof from], [screen.offset, 'number']);
  assert.match(decoded(screen), /the end/);
  second.type('after\r');
  await second.shows('after');
  const third = open({ resume: place });
  assert.equal((await third.until('ready')).resumed, false);
  await third.until('snapshot');
  assert.deepEqual(
    third.heard.map(({ type }) => type).filter((type) => type !== 'size'),
    ['ready', 'gap', 'snapshot'],
  );
});

test('title, bell, size and exit are told; one who only reads types nothing', async (t) => {
  const { open } = await running(t, 'stty -echo; read a; printf "\\033]0;a title\\007\\007"; read b; exit 4');
  const page = open();
  await page.until('snapshot');
  const reader = open({ mode: 'ro' });
  await reader.until('snapshot');
  reader.type('\r');
  assert.equal((await reader.until('error')).code, 'Forbidden');
  const other = open({ cols: 100, rows: 40 });
  assert.deepEqual(await page.until('size', ({ owner }) => !owner), {
    type: 'size',
    cols: 100,
    rows: 40,
    owner: false,
  });
  page.type('\r');
  assert.deepEqual(await page.until('title'), { type: 'title', title: 'a title' });
  await page.until('bell');
  await page.until('size', ({ owner, cols }) => owner && cols === 80);
  other.type('\r');
  assert.deepEqual(await page.until('exit'), { type: 'exit', code: 4 });
  assert.deepEqual(await page.closed, { code: 1000, reason: 'Exited' });
});

test('what is no hello ends the socket, and so does a place that was never printed', async (t) => {
  const { open } = await running(t, 'cat');
  assert.equal((await open({ type: 'nothing' }).closed).code, 1008);
  const page = open();
  const { epoch } = await page.until('ready');
  assert.equal((await open({ resume: { epoch, offset: 1e9 } }).closed).code, 1008);
});
