/** Events for pages: told in order, gone on with from any place, and refused like everything else. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { test } from 'node:test';
import { bridged } from '../../support/bridged.js';
import { folderNames, frontEnd, makeFolder, type Page, pageOf } from '../../support/sse.js';

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
  for (const page of [header, query, late]) await page.until((each) => folderNames(each).includes('three'));
  assert.deepEqual(folderNames(header), ['two', 'two again', 'three']);
  assert.deepEqual(folderNames(query), ['two', 'three']);
  assert.deepEqual(folderNames(late), ['three']);
  // What the header says is newer than the URL, which stays as it was.
  const both = await pageOf(t, bridge, { query: `?lastEventId=${last}`, last: header.told[1]!.id });
  await both.until((each) => folderNames(each).includes('three'));
  assert.deepEqual(folderNames(both), ['three']);
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

test('what is asked wrongly is refused as everywhere', async (t) => {
  const { bridge } = await bridged(t);
  const ask = async (verb: string, path: string, headers: Record<string, string> = frontEnd(bridge)) => {
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

test('HEAD tells what a stream would be, and is answered at once', async (t) => {
  const { bridge } = await bridged(t);
  const head = async (headers: Record<string, string>) => {
    const to = { socketPath: bridge.paths.bridgeSocket, method: 'HEAD', path: '/api/events', agent: false };
    const asked = request({ ...to, headers: { host: 'localhost', ...headers } }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    await once(response.resume(), 'end');
    return [response.statusCode, response.headers['content-type']];
  };
  assert.deepEqual(await head(frontEnd(bridge)), [200, 'text/event-stream; charset=utf-8']);
  const refused = await head({ authorization: 'Bearer rdv_wrong' });
  assert.deepEqual(refused, [401, 'application/json; charset=utf-8']);
});
