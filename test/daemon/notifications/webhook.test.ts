/** The webhook against a real server: signed, tried again, given up, and never said where it should not be. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { RpcError } from '#protocol';
import { createBoard } from '../../../daemon/health/board.js';
import type { Kept } from '../../../daemon/notifications/notice.js';
import { targetOf } from '../../../daemon/notifications/target.js';
import { createWebhook, type WebhookDeps } from '../../../daemon/notifications/webhook.js';
import { hookServer } from '../../support/hook-server.js';

const KEY = 'a key of the test';

function keptOf(id: string, told = 1): Kept {
  const what = {
    kind: 'custom',
    severity: 'error',
    title: 'Deploy failed',
    body: 'é\n',
    sessionId: null,
    sessionName: null,
  } as const;
  const at = { readAt: null, resolvedAt: null, createdAt: 1, updatedAt: 1 };
  return { userId: 'ann', episode: id, endedAt: null, told, notice: { id, ...what, count: told, ...at } };
}

/** What is there to be posted, `id told`, and what is noted. `written` resolves when one was posted or given up. */
function opened(t: TestContext, url: string, limits: WebhookDeps['limits'] = {}, secret = () => KEY) {
  const rows = new Map<string, Kept>();
  const due = new Map<string, number>();
  const log: Record<string, unknown>[] = [];
  const write = (line: Record<string, unknown>) => void log.push(line);
  const board = createBoard({ log: write, now: Date.now });
  let settled: () => void = () => {};
  const store = {
    find: (id: string) => rows.get(id),
    posted(id: string, told: number) {
      if (due.get(id) === told) due.delete(id);
      settled();
    },
    toPost: () => [...due.keys()],
  };
  const target = { url };
  const steady = async (_what: string, round: () => unknown) => {
    await round();
    return true;
  };
  const webhook = createWebhook({
    ...{ store, secret, log: write, board, steady, now: () => 1_700_000_000_123, url: () => target.url },
    limits: { backoffMs: 1, ...limits },
  });
  // Its timers keep no process alive.
  const alive = setInterval(() => {}, 1000);
  t.after(() => {
    clearInterval(alive);
    webhook.close();
  });
  const add = (id: string, told = 1) => {
    rows.set(id, keptOf(id, told));
    due.set(id, told);
  };
  return {
    ...{ webhook, due, log, board, target, add },
    post(id: string, told = 1) {
      add(id, told);
      webhook.post(id);
    },
    async over(): Promise<void> {
      while (due.size > 0) await new Promise<void>((resolve) => (settled = resolve));
    },
  };
}

test('a notification is posted as JSON with a signature over the time and the body', async (t) => {
  const server = await hookServer(t);
  const { post, over, board, log } = opened(t, server.url);
  post('n1');
  await over();
  const [{ headers, body, method, path } = {} as never] = server.received;
  assert.deepEqual([method, path, headers['content-type']], ['POST', '/hook?key=canary-7d2e', 'application/json']);
  assert.deepEqual(JSON.parse(body), {
    id: 'n1-1',
    type: 'notification',
    user: 'ann',
    notification: keptOf('n1').notice,
  });
  const [, seconds, digest] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-rdv-signature']))!;
  assert.equal(seconds, '1700000000');
  assert.equal(digest, createHmac('sha256', KEY).update(`${seconds}.${body}`).digest('hex'));
  assert.equal(headers['x-rdv-delivery'], 'n1-1');
  assert.deepEqual([board.find('webhook'), log], [undefined, []]);
});

test('one that answers with an error is tried again with the same id, until it takes it', async (t) => {
  const server = await hookServer(t, (response, count) => response.writeHead(count < 3 ? 500 : 200).end());
  const { post, over, board } = opened(t, server.url);
  post('n1');
  await over();
  assert.deepEqual(
    server.received.map(({ headers }) => headers['x-rdv-delivery']),
    ['n1-1', 'n1-1', 'n1-1'],
  );
  assert.equal(board.find('webhook'), undefined);
});

test('after five tries it is given up, and that is said, without the secret in the URL; a success clears it', async (t) => {
  const server = await hookServer(t, (response) => response.writeHead(503).end());
  const { post, over, board, log } = opened(t, server.url);
  post('n1');
  await over();
  assert.equal(server.received.length, 5);
  assert.match(
    board.find('webhook')!.reason,
    new RegExp(`^A notification was not posted: 127.0.0.1:${server.port} answered with 503\\. See`),
  );
  assert.equal(log[0]?.notification, 'n1');
  assert.doesNotMatch(JSON.stringify([log, board.find('webhook')]), /canary|a key of/);
  server.state.answer = (response) => response.end();
  post('n2');
  await over();
  assert.equal(board.find('webhook'), undefined);
});

const finals: [what: string, status: number, headers: Record<string, string>, said: RegExp][] = [
  ['a redirect is not followed', 302, { Location: '/elsewhere' }, /sends elsewhere \(302\), and that is not followed/],
  ['a refusal is not tried again', 410, {}, /answered with 410/],
];

for (const [what, status, headers, said] of finals) {
  test(what, async (t) => {
    const server = await hookServer(t, (response) => response.writeHead(status, headers).end());
    const { post, over, board } = opened(t, server.url);
    post('n1');
    await over();
    assert.deepEqual(
      server.received.map(({ path }) => path),
      ['/hook?key=canary-7d2e'],
    );
    assert.match(board.find('webhook')!.reason, said);
  });
}

test('one that does not answer in time is given up for this try', async (t) => {
  const server = await hookServer(t, (response, count) => count > 1 && response.end());
  const { post, over, webhook } = opened(t, server.url, { timeoutMs: 100 });
  post('n1');
  await over();
  assert.equal(server.received.length, 2);
  server.state.answer = () => {};
  const signal = new AbortController().signal;
  const { success, message } = await webhook.test(keptOf('n2'), signal);
  assert.deepEqual([success, message], [false, `127.0.0.1:${server.port} did not answer within 100 ms.`]);
});

test('one whose answer has no end is taken at its first word, and left', async (t) => {
  let left: () => void = () => {};
  const gone = new Promise<void>((resolve) => (left = resolve));
  const server = await hookServer(t, (response) => {
    response.on('close', left);
    response.writeHead(200);
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
    };
    response.on('drain', more);
    more();
  });
  const { post, over } = opened(t, server.url);
  post('n1');
  await over();
  await gone;
});

test('one that answers that it would rather speak something else than HTTP keeps no other from being posted', async (t) => {
  const server = await hookServer(t, (response, count) => {
    if (count > 1) return response.end();
    const { socket } = response;
    socket?.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    return response;
  });
  const { post, over, log } = opened(t, server.url);
  post('n1');
  post('n2');
  await over();
  assert.deepEqual(
    server.received.map(({ headers }) => headers['x-rdv-delivery']),
    ['n1-1', 'n2-1'],
  );
  assert.match(String(log.find(({ notification }) => notification === 'n1')?.reason), /answered with 101/);
});

test('one that is gone is tried again and given up', async (t) => {
  const server = await hookServer(t);
  server.close();
  const { post, over, board } = opened(t, server.url);
  post('n1');
  await over();
  assert.match(board.find('webhook')!.reason, /cannot be reached: ECONNREFUSED/);
});

test('of more than may wait the oldest is given up, and that is said', async (t) => {
  const server = await hookServer(t, (response, count) => count > 1 && response.end());
  const { post, over, board, log } = opened(t, server.url, { queue: 3, timeoutMs: 200 });
  for (const id of ['n1', 'n2', 'n3', 'n4', 'n5']) post(id);
  await over();
  assert.deepEqual(
    log.filter(({ notification }) => notification).map(({ notification }) => notification),
    ['n1', 'n2'],
  );
  assert.deepEqual(
    server.received
      .map(({ headers }) => headers['x-rdv-delivery'])
      .toSorted()
      .slice(-3),
    ['n3-1', 'n4-1', 'n5-1'],
  );
  assert.equal(board.find('webhook'), undefined, 'it works again');
});

test('what is news again while it is posted is posted again, by another id', async (t) => {
  const server = await hookServer(t, (response, count) => {
    if (count === 1) post('n1', 2);
    response.end();
  });
  const { post, over } = opened(t, server.url);
  post('n1');
  await over();
  assert.deepEqual(
    server.received.map(({ headers }) => headers['x-rdv-delivery']),
    ['n1-1', 'n1-2'],
  );
});

test('what was not posted when the daemon ended is posted by the next one', async (t) => {
  const server = await hookServer(t);
  const { add, webhook, over } = opened(t, server.url);
  add('n1');
  add('n2');
  webhook.start();
  await over();
  assert.deepEqual(
    server.received.map(({ headers }) => headers['x-rdv-delivery']),
    ['n1-1', 'n2-1'],
  );
});

test('a daemon that stops gives up what is on its way, and leaves it to be posted', async (t) => {
  const server = await hookServer(t, () => {});
  const { post, webhook, due } = opened(t, server.url);
  post('n1');
  await server.count(1);
  webhook.close();
  webhook.post('n2');
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([...due.keys()], ['n1']);
});

test('without a key to sign with nothing is sent', async (t) => {
  const server = await hookServer(t);
  const fail = () => {
    throw new RpcError('Unavailable', 'The token file cannot be written.');
  };
  const { post, over, board } = opened(t, server.url, {}, fail);
  post('n1');
  await over();
  assert.equal(server.received.length, 0);
  assert.match(board.find('webhook')!.reason, /The token file cannot be written/);
});

test('it goes over TLS, or to this machine', () => {
  for (const url of ['https://example.com/x', 'http://localhost:8080/', 'http://127.0.0.1/', 'http://[::1]:1/'])
    assert.ok('url' in targetOf(url), url);
  for (const url of [
    'http://example.com/',
    'http://127.0.0.1.example.com/',
    'http://10.0.0.1/',
    'ftp://localhost/',
    'x',
    '',
  ])
    assert.match((targetOf(url) as { refusal: string }).refusal, /webhook_url/, url);
});
