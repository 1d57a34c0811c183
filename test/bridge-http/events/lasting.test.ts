/** Streams of events over the end of the daemon, of their token and of the bridge. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { bridged } from '../../support/bridged.js';
import { makeFolder, openPage, type Page, pageOf } from '../../support/sse.js';

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
