/** The HTTP server: whatever is sent is answered as JSON or cut off, and keeps nobody else out. */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { readJson } from '../../../bridge-http/http/body.js';
import type { Endpoint } from '../../../bridge-http/http/exchange.js';
import { randomFrom } from '../../support/random.js';
import { answersIn, readAll, served } from '../../support/served.js';

const echo: Endpoint = async ({ request, path }) => ({
  status: 200,
  body: { path, got: (await readJson(request)) ?? null },
});

const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
const post = (body: string | Buffer, more = '') =>
  `POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n${more}\r\n${body}`;
const sized = (body: string) => post(body, `Content-Length: ${Buffer.byteLength(body)}\r\n`);
const chunked = (...chunks: string[]) =>
  post(
    chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join(''),
    'Transfer-Encoding: chunked\r\n',
  );

const refusals: [what: string, bytes: string, status: number, code: string][] = [
  ['no HTTP', 'hello there\r\n\r\n', 400, 'INVALID_HTTP'],
  ['headers too large', get('/', `X-A: ${'a'.repeat(17_000)}\r\n`), 431, 'HEADERS_TOO_LARGE'],
  ['a path too long', get(`/${'a'.repeat(17_000)}`), 431, 'HEADERS_TOO_LARGE'],
  ['two lengths', post('12', 'Content-Length: 1\r\nContent-Length: 2\r\n'), ...([400, 'INVALID_HTTP'] as const)],
  [
    'a length beside chunks',
    post('0\r\n\r\n', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n'),
    ...([400, 'INVALID_HTTP'] as const),
  ],
  ['a bad chunk', post('zz\r\n{}\r\n0\r\n\r\n', 'Transfer-Encoding: chunked\r\n'), 400, 'INVALID_HTTP'],
  ['an unknown expectation', sized('{}').replace('\r\n', '\r\nExpect: cake\r\n'), 417, 'EXPECTATION_FAILED'],
  ['a proxy looked for', 'CONNECT a:1 HTTP/1.1\r\nHost: localhost\r\n\r\n', 405, 'METHOD_NOT_ALLOWED'],
  ['no JSON', sized('{'), 400, 'INVALID_JSON'],
  ['deep nesting', sized('['.repeat(500_000)), 400, 'INVALID_JSON'],
  ['nesting one too deep', sized(`${'['.repeat(61)}${']'.repeat(61)}`), 400, 'INVALID_JSON'],
  ['another type', sized('{}').replace('application/json', 'text/plain'), 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['no type', sized('{}').replace('Content-Type', 'X-Type'), 415, 'UNSUPPORTED_MEDIA_TYPE'],
];

for (const [what, bytes, status, code] of refusals) {
  test(`${what} is answered with ${status} ${code}`, async (t) => {
    const { exchange } = await served(t, echo);
    const answers = answersIn(await exchange(bytes)).map(({ status, body }) => [status, body.code]);
    assert.deepEqual(answers, [[status, code]]);
  });
}

test('text that is not UTF-8 is not JSON', async (t) => {
  const { exchange } = await served(t, echo);
  const bytes = Buffer.concat([Buffer.from(post('', 'Content-Length: 4\r\n')), Buffer.from([0x22, 0xc3, 0x28, 0x22])]);
  assert.equal(answersIn(await exchange(bytes))[0]?.body.code, 'INVALID_JSON');
});

test('brackets in texts, and sixty levels, are no deep nesting', async (t) => {
  const { exchange } = await served(t, echo);
  const text = JSON.stringify({ a: `\\"${'['.repeat(100)}\\` });
  assert.deepEqual(answersIn(await exchange(sized(text)))[0]?.body.got, JSON.parse(text));
  assert.equal(answersIn(await exchange(sized(`${'['.repeat(60)}${']'.repeat(60)}`)))[0]?.status, 200);
});

test('a body of one MiB is taken, one byte more is not, however it comes, and the answer is read by who sends it all', async (t) => {
  const { exchange } = await served(t, echo);
  const full = `"${'a'.repeat(1024 * 1024 - 2)}"`;
  assert.deepEqual(answersIn(await exchange(sized(full)))[0]?.status, 200);
  assert.deepEqual(answersIn(await exchange(chunked(full.slice(0, 700_000), full.slice(700_000), '')))[0]?.status, 200);
  const larger = full.replace('a', 'aa');
  const largest = `"${'a'.repeat(12 * 1024 * 1024)}"`;
  for (const bytes of [sized(larger), chunked(larger.slice(0, 700_000), larger.slice(700_000), ''), sized(largest)]) {
    const [answer] = answersIn(await exchange(bytes));
    assert.deepEqual([answer?.status, answer?.body.code], [413, 'BODY_TOO_LARGE']);
  }
});

test('a body announced as too large is refused before it is sent, and one that is not is asked for', async (t) => {
  const { open } = await served(t, echo);
  const ask = async (length: number) => {
    const socket = await open();
    socket.write(post('', `Expect: 100-continue\r\nContent-Length: ${length}\r\n`));
    const [first] = await once(socket, 'data');
    return String(first).split('\r\n')[0];
  };
  assert.equal(await ask(2_000_000), 'HTTP/1.1 413 Payload Too Large');
  assert.equal(await ask(2), 'HTTP/1.1 100 Continue');
});

test('HTTP/1.0 is answered and ended, HEAD has no body, and requests in a row are answered in order', async (t) => {
  const { exchange } = await served(t, echo);
  assert.equal(answersIn(await exchange('GET /old HTTP/1.0\r\nHost: localhost\r\n\r\n'))[0]?.body.path, '/old');
  const head = await exchange('HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  assert.match(head, /^HTTP\/1\.1 200 OK\r\n.*\r\n\r\n$/s);
  const row = await exchange(get('/1') + get('/2') + get('/3', 'Connection: close\r\n'));
  assert.deepEqual(
    answersIn(row).map(({ body }) => body.path),
    ['/1', '/2', '/3'],
  );
});

test('garbage behind a request is never answered in its place', async (t) => {
  let finish = () => {};
  const held = new Promise<void>((resolve) => (finish = resolve));
  const { open } = await served(t, async () => {
    await held;
    return { status: 200, body: {} };
  });
  const socket = await open();
  socket.write(`${get('/slow')}garbage\r\n\r\n`);
  assert.equal(await readAll(socket), '');
  finish();
});

test('headers and bodies that never come whole are given up with 408, and silence is ended', async (t) => {
  const limits = { headersMs: 200, requestMs: 400, idleMs: 100 };
  const { exchange } = await served(t, echo, limits);
  for (const bytes of ['GET / HTTP/1.1\r\nHost: loc', post('{', 'Content-Length: 10\r\n')]) {
    const [answer] = answersIn(await exchange(bytes));
    assert.deepEqual([answer?.status, answer?.body.code], [408, 'REQUEST_TIMEOUT']);
  }
  // Connected without a word, and idle after an answer.
  assert.equal(answersIn(await exchange(''))[0]?.status, 408);
  assert.equal(answersIn(await exchange(get('/')))[0]?.status, 200);
});

test('too many connections make room for a new one, the oldest first that waits for no answer', async (t) => {
  const slow = new EventEmitter();
  const begun: (() => void)[] = [];
  const endpoint: Endpoint = async ({ path }) => {
    if (path === '/slow') {
      await new Promise<void>((resolve) => {
        begun.push(resolve);
        slow.emit('begun');
      });
    }
    return { status: 200, body: { path } };
  };
  const { open, exchange } = await served(t, endpoint, { connections: 3 });
  const askSlowly = async (socket: Socket) => {
    const started = once(slow, 'begun');
    socket.write(get('/slow', 'Connection: close\r\n'));
    await started;
  };
  const busy = await open();
  await askSlowly(busy);
  const [first, second] = [await open(), await open()];
  const dropped = once(first.resume(), 'close');
  assert.equal(answersIn(await exchange(get('/new', 'Connection: close\r\n')))[0]?.body.path, '/new');
  first.end();
  await dropped;
  // Where everybody waits for an answer, one more is told so.
  for (const socket of [second, await open()]) await askSlowly(socket);
  const [refused] = answersIn(await exchange(''));
  assert.deepEqual([refused?.status, refused?.body.code], [503, 'TOO_MANY_CONNECTIONS']);
  for (const finish of begun) finish();
  assert.equal(answersIn(await readAll(busy))[0]?.body.path, '/slow');
});

test('a bug is answered with 500 and told in the log alone', async (t) => {
  const { exchange, logged } = await served(t, async () => {
    throw new TypeError('secret words');
  });
  const bytes = await exchange(get('/', 'Connection: close\r\n'));
  assert.deepEqual(answersIn(bytes)[0], {
    status: 500,
    body: { error: 'The bridge failed to answer. Its log tells why.', code: 'INTERNAL' },
  });
  assert.match(String(logged[0]?.stack), /secret words/);
  const upgraded = await exchange(get('/', 'Connection: upgrade\r\nUpgrade: websocket\r\n'));
  assert.equal(answersIn(upgraded)[0]?.status, 500);
});

test('random bytes and requests cut anywhere end no more than their own connection', async (t) => {
  const { open, exchange, logged } = await served(t, echo);
  const random = randomFrom(Number(process.env.SOAK_SEED ?? 1));
  const whole = [
    get('/'),
    sized('{"a":[1,2]}'),
    chunked('{"a"', ':1}', ''),
    get('/', 'Upgrade: x\r\nConnection: upgrade\r\n'),
    'CONNECT a:1 HTTP/1.1\r\nHost: localhost\r\n\r\n',
  ];
  const rounds = Number(process.env.RDV_SOAK_REQUESTS ?? 3000);
  for (let round = 0; round < rounds; round++) {
    const socket = await open();
    const bytes = Buffer.from(whole[random(whole.length)]!);
    for (let changes = random(4); changes > 0; changes--) bytes[random(bytes.length)] = random(256);
    socket.write(bytes.subarray(0, random(bytes.length + 1)));
    if (random(2) === 0) socket.destroy();
    else socket.destroySoon();
  }
  assert.equal(answersIn(await exchange(get('/alive', 'Connection: close\r\n')))[0]?.body.path, '/alive');
  assert.deepEqual(
    logged.filter(({ level, reason }) => level === 'error' && !/upgrade/.test(String(reason))),
    [],
  );
});

test('who does not take his answers is cut off: after a while, and at once when he asks on and on', async (t) => {
  const large: Endpoint = async () => ({ status: 200, body: 'a'.repeat(8 * 1024 * 1024) });
  const { open, count } = await served(t, large, { stallMs: 200 });
  const socket = (await open()).pause();
  socket.write(get('/'));
  while ((await count()) === 0) await delay(5);
  while ((await count()) > 0) await delay(20);
  const { exchange } = await served(t, echo);
  assert.equal(answersIn(await exchange(get('/').repeat(99) + get('/', 'Connection: close\r\n'))).length, 100);
  assert.equal(await exchange(get('/').repeat(200)), '');
});
