/** A snapshot draws in a fresh terminal what the program drew, and what follows goes on from it, also in a new epoch. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Client, connect } from '#client';
import { type Daemon, startDaemon } from '../../support/daemon.js';
import { seenOf } from '../../support/reference.js';
import { createWatch, type Watch } from '../../support/watch.js';

const size = { cols: 80, rows: 24 };
const full = 'x'.repeat(79);

/** What a program prints before a cut, and after it. */
const drawings: Record<string, [before: string, after: string]> = {
  colours: ['\x1b[31mred\x1b[0m plain \x1b[1;44mbold on blue\x1b[0m\r\nwide 漢字 é\r\n', 'more'],
  'a line that wraps': [`${'x'.repeat(100)}\r\nnext`, ''],
  history: [Array.from({ length: 60 }, (_, at) => `\x1b[3${at % 8}mline ${at}\x1b[m\r\n`).join(''), 'last'],
  'lines of one colour': [`\x1b[44m${'blue\x1b[m\r\n\x1b[44m'.repeat(60)}\x1b[m`, 'last'],
  'the alternate screen': ['main\r\n\x1b[?1049h\x1b[2J\x1b[5;10Hmiddle\x1b[?25l', '\x1b[?1049l\x1b[?25hback'],
  'a scroll region': ['top\r\n\x1b[3;10r\x1b[5;5Hinside', '\r\n'.repeat(9)],
  'origin mode': ['top\r\n\x1b[3;10r\x1b[?6h\x1b[2;5Hinside', '\x1b[HX'],
  'a cursor in the middle': ['abc\x1b[10;20Hhere\x1b[3;3H', 'X'],
  'the pen': ['\x1b[1;31;48;5;22mred', ' and on\x1b[0m off'],
  'a pen of parts': ['\x1b[1mbold \x1b[38;2;1;2;3mcolour \x1b[22m', 'thin'],
  'a cut colour': ['a\x1b[3', '1mred'],
  'a cut colour after others': ['\x1b[32mgreen \x1b[48;5;', '9mon red'],
  'a lone escape': ['a\x1b', '[7minverse'],
  'a cut title': ['a\x1b]0;the ti', 'tle\x07b'],
  'a cut character': ['\x1b[32ma\xe6\xbc', '\xa2b'],
  'line drawing by G0': ['\x1b(0lqk', 'x\x1b(Bx'],
  'line drawing by G1': ['\x1b(B\x1b)0plain', '\x0elqk\x0fx'],
  'line drawing shifted': ['\x1b)0\x0elq', 'qk\x0fx'],
  'a full row': [`${full}x`, 'next'],
  'a full row with colours': [`a\r\n\x1b[31m${full}\x1b[44mx`, '\x1b[mnext'],
  'a full row that wrapped': [`${full}x${full}x`, 'next'],
  'a full row ending wide': [`${full.slice(1)}漢`, 'next'],
  'a full row of blanks': [`\r${' '.repeat(80)}`, 'next'],
  'a full row in a region': [`\x1b[5;10r\x1b[10;1H\x1b[32m${full}x\x1b[m`, 'next'],
  'a full row below origin': [`\x1b[5;10r\x1b[?6h\x1b[6;1H${full}x`, 'next'],
  'a full last row': [`\x1b[24;1H${full}x`, 'next'],
  'wide at the edge': [`${full}漢b`, ''],
  'no wrap': [`\x1b[?7l${full}xyz\x1b[5G`, `${full}w`],
  'insert mode': ['abc\x1b[1;1H\x1b[4h', 'X'],
  'tab stops': ['\x1b[3g\x1b[1;5H\x1bH\x1b[1;20H\x1bH\r', '\tX\tY'],
  tabs: ['a\tb\tc\r\n', '\tX'],
  keypad: ['\x1b=\x1b[?1h', ''],
  paste: ['\x1b[?2004h', ''],
  'paste, cut': ['\x1b[?20', '04h'],
  'paste ended': ['\x1b[?2004h\x1b[?2004l', ''],
  focus: ['\x1b[?1004h', ''],
  'mouse, any': ['\x1b[?1003h\x1b[?1006h', ''],
  'mouse, drag': ['\x1b[?1002;1006h', ''],
  'mouse, clicks': ['\x1b[?1000h', '\x1b[?1000l'],
  'mouse, old': ['\x1b[?9h', ''],
  'reverse wrap': ['\x1b[?45h', ''],
  'the shape of the cursor': ['\x1b[5 q', ''],
  'all reset': ['\r\x1b[2K\x1b[?2004h\x1b[31m\x1b)0\x0e\x1b[4 q\x1bcafter', 'q'],
};

/** A program that prints what is typed, byte for byte, and a viewer that has seen it start. */
async function startEcho(client: Client) {
  const command = ['sh', '-c', 'stty raw -echo; printf ready; exec cat'];
  const { id } = await client.call('session/create', { command, ...size });
  await client.call('session/wait', { id, until: 'pattern', pattern: 'ready' });
  return { id, first: await createWatch(client, { sessionId: id }) };
}

const print = (client: Client, { streamId }: Watch, text: Buffer) =>
  client.call('terminal/input', { streamId, data: text.toString('base64') });

/** Bytes above 0x7f stand for themselves where a character is cut. */
const bytesOf = (drawing: string) => Buffer.from(drawing, /[\x80-\xbf]/.test(drawing) ? 'latin1' : 'utf8');

function record(watch: Watch) {
  const parts: Buffer[] = [];
  watch.onData((data) => parts.push(data));
  return {
    bytes: () => Buffer.concat(parts),
    until: (length: number) => watch.until(() => Buffer.concat(parts).length >= length),
  };
}

const snapshotOf = ({ opened }: Watch) => Buffer.from(opened.snapshot!.data, 'base64');

async function withDaemon(act: (daemon: Daemon, client: Client) => Promise<void>) {
  const daemon = await startDaemon();
  const client = await connect({ socketPath: daemon.socket, token: daemon.token });
  try {
    await act(daemon, client);
  } finally {
    client.close();
    await daemon.stop();
  }
}

/** The viewer's terminal at the cut, and after what followed, against one that saw all. */
async function checkDrawn(client: Client, id: string, name: string, [before, after]: [Buffer, Buffer]) {
  const watch = await createWatch(client, { sessionId: id });
  const following = record(watch);
  const clear = '\x1b[H';
  assert.deepEqual(await seenOf(size, snapshotOf(watch), ''), await seenOf(size, 'ready', before), name);
  await print(client, watch, Buffer.concat([after, Buffer.from('.')]));
  await following.until(after.length + 1);
  const whole = await seenOf(size, 'ready', before, after, '.', clear);
  assert.deepEqual(await seenOf(size, snapshotOf(watch), following.bytes(), clear), whole, `${name}, gone on`);
}

test('a snapshot draws what the program drew, and what follows goes on from it', () =>
  withDaemon(async (_daemon, client) => {
    for (const [name, [before, after]] of Object.entries(drawings)) {
      const { id, first } = await startEcho(client);
      const seen = record(first);
      await print(client, first, bytesOf(before));
      await seen.until(bytesOf(before).length);
      await checkDrawn(client, id, name, [bytesOf(before), bytesOf(after)]);
      await client.call('session/close', { id });
    }
  }));

/** What only the output itself told, to a daemon that is no more. */
const forgotten = ['the pen', 'a pen of parts', 'a cut colour after others', 'a cut character'];

test('after kill -9 of the daemon snapshots are drawn by what tmux holds', () =>
  withDaemon(async (daemon, client) => {
    const told = Object.entries(drawings).filter(([name]) => !forgotten.includes(name));
    const ids = await Promise.all(
      told.map(async ([, [before]]) => {
        const { id, first } = await startEcho(client);
        const seen = record(first);
        await print(client, first, bytesOf(before));
        await seen.until(bytesOf(before).length);
        return id;
      }),
    );
    await daemon.kill9();
    await daemon.restart();
    const again = await connect({ socketPath: daemon.socket, token: daemon.token });
    for (const [at, [name, [before, after]]] of told.entries()) {
      await checkDrawn(again, ids[at]!, name, [bytesOf(before), bytesOf(after)]);
    }
    again.close();
  }));
