/** Sessions of MCP over the end of things: of the daemon, and of the bridge. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { bridged } from '../../support/bridged.js';
import { askMcp, bearer, begin, connected, openMcp, overHttp, overSocket } from '../../support/mcp.js';
import { reach } from '../../support/whole.js';

const config = '[bridge]\ntcp = true\nport = 0\n[limits]\nread_per_second = 0\nwrite_per_second = 0\n';

const call = (name: string, args = {}, id = 3) => ({
  ...{ jsonrpc: '2.0', id, method: 'tools/call' },
  params: { name, arguments: args },
});

/** A client that hears of changes of a resource. */
async function hearing(t: TestContext, transport: Parameters<typeof connected>[1]) {
  const mcp = await connected(t, transport);
  const waiting = new Set<(uri: string) => void>();
  mcp.fallbackNotificationHandler = async ({ params }) => {
    for (const hear of waiting) hear(String(params?.uri));
  };
  const changed = (uri: string) => new Promise<void>((resolve) => waiting.add((heard) => heard === uri && resolve()));
  return { mcp, changed };
}

test('a daemon that restarts is followed over HTTP and over a WebSocket, and a bridge that stops ends both in order', async (t) => {
  const { daemon, client, bridge } = await bridged(t, { config });
  const { id } = await client.call('session/create', { name: 'one', command: ['cat'], projectPath: '/tmp' });
  const both = [await hearing(t, overHttp(bridge, daemon.token)), await hearing(t, overSocket(bridge, daemon.token))];
  const uri = `rdv://sessions/${id}`;
  for (const { mcp } of both) await mcp.subscribeResource({ uri });
  for (const end of ['terminate', 'kill9'] as const) {
    await daemon[end]();
    for (const { mcp } of both) {
      const away: any = await mcp.callTool({ name: 'session_list', arguments: {} });
      assert.ok(away.isError);
      assert.match(away.content[0].text, /daemon/i);
    }
    await daemon.restart();
    const again = await reach(t, daemon);
    const heard = both.map(({ changed }) => changed(uri));
    await again.call('session/rename', { id, name: end });
    await Promise.all(heard);
    for (const { mcp } of both) {
      const { contents } = await mcp.readResource({ uri });
      assert.equal(JSON.parse((contents[0] as { text: string }).text).name, end);
    }
  }
  await (await reach(t, daemon)).call('session/close', { id });

  // A bridge that stops answers what is nearly done, and ends streams and sockets at once.
  const own = bearer(daemon.token);
  const last = await reach(t, daemon);
  const { id: session } = await last.call('session/create', { command: ['cat'], projectPath: '/tmp' });
  const [one, two] = [await begin(bridge, own, '/mcp?all'), await begin(bridge, own)];
  const stream = await openMcp(bridge, 'GET', { ...own, 'mcp-session-id': two });
  const unread = await openMcp(bridge, 'GET', { ...own, 'mcp-session-id': one });
  unread.pause();
  const mcp = await connected(t, overSocket(bridge, daemon.token));
  const closed = new Promise<void>((resolve) => {
    mcp.onclose = resolve;
  });
  const wait = (idleMs: number, id: number) =>
    askMcp(
      bridge,
      'POST',
      { ...own, 'mcp-session-id': one },
      call('session_wait', { id: session, until: 'idle', idleMs, timeoutMs: 60_000 }, id),
    );
  const short = wait(1000, 1);
  const long = wait(50_000, 2).catch(() => undefined);
  await askMcp(bridge, 'POST', { ...own, 'mcp-session-id': two }, call('session_list'));
  const since = performance.now();
  const stopped = bridge.stop();
  await Promise.all([once(stream.resume(), 'close'), closed]);
  assert.ok(performance.now() - since < 5000);
  assert.equal((await short).messages.at(-1).result.structuredContent.reason, 'idle');
  await stopped;
  await long;
  assert.ok(performance.now() - since < 15_000);
  await last.call('session/close', { id: session });
});
