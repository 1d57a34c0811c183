/** Events for pages: told in order, gone on with after whatever went away, bounded, and ended when they must be. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type BridgeProcess, bridged } from '../../support/bridged.js';
import { openPage, type Page } from '../../support/sse.js';

function identity(bridge: BridgeProcess, user = 'ann') {
  const token = readFileSync(bridge.paths.serviceToken, 'utf8').trim();
  return { 'x-rdv-service-token': token, 'x-rdv-user-id': user };
}

interface Asked {
  readonly user?: string;
  readonly query?: string;
  readonly last?: number;
}

function pageOf(t: TestContext, bridge: BridgeProcess, { user, query = '', last }: Asked = {}): Promise<Page> {
  const from = last === undefined ? {} : { 'last-event-id': String(last) };
  const headers = { ...identity(bridge, user), ...from };
  return openPage(t, { socketPath: bridge.paths.bridgeSocket, headers, path: `/api/events${query}` });
}

const makeFolder = (bridge: BridgeProcess, name: string, user = 'ann') =>
  bridge.as(user)('POST', '/api/folders', { name });

const names = ({ told }: Page) => told.map(({ data }) => data.folder?.name ?? data);

test('a page is told what happens to its user, with times as texts, and from where to go on', async (t) => {
  const { bridge } = await bridged(t);
  const page = await pageOf(t, bridge);
  assert.deepEqual(
    ['content-type', 'cache-control', 'x-accel-buffering'].map((name) => page.response.headers[name]),
    ['text/event-stream; charset=utf-8', 'no-cache, no-transform', 'no'],
  );
  await page.until(({ text }) => /^retry: 1000\n\n: .*\nid: \d+\n\n$/.test(text));
  await makeFolder(bridge, 'of bob', 'bob');
  const { body: folder } = await makeFolder(bridge, 'one');
  await page.until(({ told }) => told.length > 0);
  const [{ id, event, data }] = page.told as [Page['told'][number]];
  assert.deepEqual([event, data], ['folder/created', { folder, seq: id, at: new Date(data.at).toISOString() }]);
});

test('a page that comes back is told what it missed, once, by header or by query, and only what it asked for', async (t) => {
  const { bridge } = await bridged(t);
  const first = await pageOf(t, bridge);
  await makeFolder(bridge, 'one');
  await first.until(({ told }) => told.length === 1);
  const last = first.lastId!;
  first.leave();
  const { body: two } = await makeFolder(bridge, 'two');
  await bridge.as('ann')('PATCH', `/api/folders/${two.id}`, { name: 'two again' });
  const header = await pageOf(t, bridge, { last });
  const query = await pageOf(t, bridge, { query: `?lastEventId=${last}&names=folder/created,session/created` });
  const late = await pageOf(t, bridge);
  await makeFolder(bridge, 'three');
  for (const page of [header, query, late]) await page.until((each) => names(each).includes('three'));
  assert.deepEqual(names(header), ['two', 'two again', 'three']);
  assert.deepEqual(names(query), ['two', 'three']);
  assert.deepEqual(names(late), ['three']);
  // What the header says is newer than the URL, which stays as it was.
  const both = await pageOf(t, bridge, { query: `?lastEventId=${last}`, last: header.told[1]!.id });
  await both.until((each) => names(each).includes('three'));
  assert.deepEqual(names(both), ['three']);
});

test('over restarts of the daemon every page is told every event once and in order, wherever it joined', async (t) => {
  const { bridge, daemon } = await bridged(t);
  const pages = [await pageOf(t, bridge), await pageOf(t, bridge, { query: '?names=folder/created' })];
  const first = (await pages[0]!.until(({ lastId }) => lastId !== undefined)).lastId!;
  const joined = [first, first];
  let over = false;
  const making = (async () => {
    // While the daemon is away nothing is made, and nobody knows whether a killed one had made it.
    while (!over) if ((await makeFolder(bridge, 'one')).status !== 201) await setTimeout(10);
  })();
  t.after(() => {
    over = true;
  });
  const more = (page: Page, count: number) => {
    const wanted = page.told.length + count;
    return page.until(({ told }) => told.length >= wanted);
  };
  for (const end of [daemon.terminate, daemon.kill9]) {
    await more(pages[0]!, 5);
    const last = pages[0]!.lastId!;
    await end();
    const restarted = daemon.restart();
    joined.push(last);
    pages.push(await pageOf(t, bridge, { last }));
    await restarted;
    await more(pages[0]!, 5);
  }
  over = true;
  await making;
  const { body } = await makeFolder(bridge, 'last');
  const { body: listed } = await bridge.as('ann')('POST', '/api/rpc', {
    ...{ jsonrpc: '2.0', id: 1, method: 'event/list' },
    params: { since: first, limit: 1000 },
  });
  const all = listed.result.events as { seq: number }[];
  for (const [i, page] of pages.entries()) {
    await page.until(({ told }) => told.at(-1)?.data.folder.id === body.id);
    const expected = all.map(({ seq }) => seq).filter((seq) => seq > joined[i]!);
    assert.deepEqual(
      page.told.map(({ id }) => id),
      expected,
    );
  }
  assert.ok(all.length > 20);
});

test('a place that is no longer kept, or of another journal, is answered with resync', async (t) => {
  const { bridge } = await bridged(t);
  const page = await pageOf(t, bridge, { last: 1_000_000 });
  await makeFolder(bridge, 'one');
  await page.until(({ told }) => told.length === 2);
  const [resync, created] = page.told as [Page['told'][number], Page['told'][number]];
  assert.deepEqual([resync.event, resync.data], ['resync', { seq: resync.id }]);
  assert.deepEqual([created.event, created.id > resync.id], ['folder/created', true]);
  assert.ok(resync.id < 1_000_000);
});

test('a page that does not read is told nothing more until it does, then resync, and others are not held up', async (t) => {
  const { bridge } = await bridged(t, { config: '[limits]\nwrite_per_second = 0\n' });
  const lazy = await pageOf(t, bridge);
  const brisk = await pageOf(t, bridge);
  await lazy.until(({ lastId }) => lastId !== undefined);
  lazy.response.pause();
  const ann = bridge.as('ann');
  const { body } = await ann('POST', '/api/folders', { name: 'x'.repeat(90) });
  const change = (n: number) => ann('PATCH', `/api/folders/${body.id}`, { path: `/tmp/${'long/'.repeat(700)}${n}` });
  let sent = 0;
  for (; sent < 320; sent += 20) {
    const all = Array.from({ length: 20 }, (_, i) => change(sent + i));
    assert.ok((await Promise.all(all)).every(({ status }) => status === 200));
  }
  await brisk.until(({ told }) => told.length > sent);
  lazy.response.resume();
  await lazy.until(({ told }) => told.some(({ event }) => event === 'resync'));
  await makeFolder(bridge, 'last');
  await lazy.until((each) => names(each).includes('last'));
  assert.ok(lazy.told.length < brisk.told.length / 2 + 10, `${lazy.told.length} of ${brisk.told.length}`);
  assert.equal(lazy.told.at(-2)!.event, 'resync');
});

test('a stream ends within a second when its token is revoked, and the next one is refused', async (t) => {
  const { bridge } = await bridged(t);
  const ann = bridge.as('ann');
  const { body } = await ann('POST', '/api/keys', { name: 'page' });
  const headers = { authorization: `Bearer ${body.key}` };
  const page = await openPage(t, { socketPath: bridge.paths.bridgeSocket, headers });
  await ann('DELETE', `/api/keys/${body.id}`);
  const since = performance.now();
  await page.ended;
  assert.ok(performance.now() - since < 2000);
  const refused = await bridge.ask('GET', '/api/events', { headers });
  assert.deepEqual([refused.status, typeof refused.body.error], [401, 'string']);
});

test('a bridge that stops ends its streams at once', async (t) => {
  const { bridge } = await bridged(t);
  const page = await pageOf(t, bridge);
  const stopped = bridge.stop();
  await page.ended;
  assert.equal(await stopped, 0);
});

test('what is asked wrongly is refused as everywhere', async (t) => {
  const { bridge } = await bridged(t);
  const ask = async (verb: string, path: string, headers: Record<string, string> = identity(bridge)) => {
    const { status, body } = await bridge.ask(verb, path, { headers });
    return [status, body.code];
  };
  assert.deepEqual(await ask('GET', '/api/events?names=folder/created,nothing'), [400, 'INVALID_PARAMS']);
  assert.deepEqual(await ask('GET', '/api/events?lastEventId=soon'), [400, 'INVALID_PARAMS']);
  assert.deepEqual(await ask('GET', '/api/events?token=x'), [400, 'TOKEN_IN_URL']);
  assert.deepEqual(await ask('POST', '/api/events'), [405, 'METHOD_NOT_ALLOWED']);
  assert.deepEqual(await ask('GET', '/api/events', {}), [401, 'MISSING_TOKEN']);
  assert.deepEqual(await ask('GET', '/api/events', { authorization: 'Bearer rdv_x' }), [401, 'INVALID_TOKEN']);
});

test('a caller has at most 64 streams, and a page that left makes room', async (t) => {
  const { bridge } = await bridged(t);
  const pages = await Promise.all(Array.from({ length: 64 }, () => pageOf(t, bridge)));
  const one = await bridge.ask('GET', '/api/events', { headers: identity(bridge) });
  assert.deepEqual([one.status, one.body.code], [429, 'TOO_MANY_STREAMS']);
  await pageOf(t, bridge, { user: 'bob' });
  pages[0]!.leave();
  for (;;) {
    const asked = request({
      socketPath: bridge.paths.bridgeSocket,
      path: '/api/events',
      agent: false,
      headers: { host: 'localhost', ...identity(bridge) },
    }).end();
    const [response] = await once(asked, 'response');
    response.destroy();
    if (response.statusCode === 200) break;
  }
});
