/** `/ws/mcp`: MCP over WebSocket, a message a frame, and what those get who do not keep to it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { openBridge } from '../../../bridge-http/bridge.js';
import { bridged } from '../../support/bridged.js';
import { askMcp, bearer, begin, connected, initialize, openMcp, overHttp, overSocket } from '../../support/mcp.js';
import { frontEnd } from '../../support/sse.js';

const config = '[bridge]\ntcp = true\nport = 0\n[limits]\nread_per_second = 0\n';

test('MCP over WebSocket', async (t) => {
  const { daemon, client, bridge } = await bridged(t, { config });
  const own = bearer(daemon.token);
  const url = `ws://127.0.0.1:${bridge.port}/ws/mcp`;

  const open = async (headers: Record<string, string> = own, path = '', protocols: string[] = ['mcp']) => {
    const socket = new WebSocket(`${url}${path}`, protocols, { headers });
    socket.on('error', () => {});
    t.after(() => socket.terminate());
    const refused = new Promise<{ status: number; headers: any }>((resolve) =>
      socket.once('unexpected-response', (_request, { statusCode, headers: got }) => {
        resolve({ status: statusCode!, headers: got });
        socket.terminate();
      }),
    );
    const opened = once(socket, 'open').then(() => undefined);
    return { socket, refused: await Promise.race([refused, opened]) };
  };
  const ask = async (socket: WebSocket, message: unknown) => {
    const answer = once(socket, 'message');
    socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    return JSON.parse(String((await answer)[0]));
  };

  await t.test('a client of the library lists, calls, reads', async () => {
    const mcp = await connected(t, overSocket(bridge, daemon.token, '?tools=session_list'));
    assert.deepEqual(
      (await mcp.listTools()).tools.map(({ name }) => name),
      ['session_list'],
    );
    const { structuredContent } = (await mcp.callTool({ name: 'session_list', arguments: {} })) as any;
    assert.deepEqual(structuredContent.sessions, []);
    assert.equal((await mcp.listResources()).resources.length, 3);
    const { body } = await bridge.ask('GET', '/health');
    assert.equal(body.metrics.websocket_connections, 1);
    await mcp.close();
  });

  await t.test('who is not let in, and where from', async () => {
    const cases: [what: string, status: number, ...Parameters<typeof open>][] = [
      ['no token', 401, {}],
      ['another token', 401, bearer(`rdv_${'a'.repeat(43)}`)],
      ['foreign host', 403, { ...own, host: 'evil.example' }],
      ['foreign origin', 403, { ...own, origin: 'https://evil.example' }],
      ['no sub-protocol', 400, own, '', []],
      ['another sub-protocol', 400, own, '', ['rdv.terminal.v2']],
      ['a token in the URL', 400, {}, `?token=${daemon.token}`],
      ['unknown tools', 400, own, '?tools=nonsense'],
      ['another path', 404, own, '/more'],
    ];
    for (const [what, status, ...how] of cases) {
      const { refused } = await open(...how);
      assert.equal(refused?.status, status, what);
      if (status === 401) assert.equal(refused.headers['www-authenticate'], 'Bearer');
    }
    const { socket, refused } = await open(frontEnd(bridge, 'bob'));
    assert.equal(refused, undefined);
    assert.equal(socket.protocol, 'mcp');
    socket.close();
  });

  await t.test('what is no message is answered, what is no text ends the socket', async () => {
    const { socket } = await open();
    assert.equal((await ask(socket, '{"jsonrpc"')).error.code, -32700);
    assert.equal((await ask(socket, '['.repeat(1000))).error.code, -32700);
    assert.equal((await ask(socket, [initialize()])).error.code, -32600);
    assert.equal((await ask(socket, { hello: 1 })).error.code, -32600);
    assert.equal((await ask(socket, initialize())).result.serverInfo.name, 'rdv');
    const closed = once(socket, 'close');
    socket.send(Buffer.from('{}'));
    assert.equal((await closed)[0], 1003);
    const large = (await open()).socket;
    const ended = once(large, 'close');
    large.send('x'.repeat(1024 * 1024 + 1));
    assert.equal((await ended)[0], 1009);
  });

  await t.test('a caller has at most sixteen, a flood of calls is answered or refused', async () => {
    const { key } = await client.call('token/create', { name: 'many', kind: 'mcp' });
    const many = [];
    for (let n = 0; n < 16; n++) many.push((await open(bearer(key))).socket);
    assert.equal((await open(bearer(key))).refused?.status, 429);
    many.pop()!.close();
    for (;;) {
      const { socket, refused } = await open(bearer(key));
      if (refused) continue;
      many.push(socket);
      break;
    }
    const [socket] = many;
    await ask(socket!, initialize());
    let answers = 0;
    const all = new Promise<void>((resolve) => socket!.on('message', () => ++answers === 5000 && resolve()));
    for (let id = 10; id < 5010; id++)
      socket!.send(
        JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'session_list', arguments: {} } }),
      );
    await all;
    for (const each of many) each.close();
  });

  await t.test('who does not read is bounded: in answers over HTTP, in bytes over a WebSocket', async (t) => {
    const { run, serviceToken } = bridge.paths;
    const bridgeSocket = join(run, 'bounded.sock');
    const bounded = await openBridge({
      ...{ socketPath: daemon.socket, portFile: join(run, 'bounded.port'), version: 'test', log: () => {} },
      mcpLimits: { streams: 2, unreadBytes: { soft: 10_000, hard: 50_000 } },
      settings: {
        ...{ socket: bridgeSocket, terminalSocket: join(run, 'bounded-terminal.sock'), port: undefined },
        ...{ allowed: { hosts: [], origins: [] }, serviceToken, access: undefined },
        log: { level: 'info', bytes: 1e6, files: 1 },
      },
    });
    t.after(() => bounded.close());
    const at = { paths: { ...bridge.paths, bridgeSocket } };
    const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' };

    const headers = { ...own, 'mcp-session-id': await begin(at, own) };
    const { id: session } = await client.call('session/create', { command: ['cat'], projectPath: '/tmp' });
    const wait = { name: 'terminal_wait', arguments: { session, until: 'exit' } };
    const waiting = await openMcp(at, 'POST', headers, { jsonrpc: '2.0', id: 1, method: 'tools/call', params: wait });
    const streams = [waiting, await openMcp(at, 'GET', headers)];
    const third = await askMcp(at, 'POST', headers, { ...list, id: 3 });
    assert.deepEqual([third.status, third.body.code, third.headers['retry-after']], [429, 'TOO_MANY_STREAMS', '1']);
    assert.equal((await askMcp(at, 'POST', { ...own, 'mcp-session-id': await begin(at, own) }, list)).status, 200);
    for (const stream of streams) stream.destroy();
    while ((await askMcp(at, 'POST', headers, { ...list, id: 4 })).status === 429);
    await client.call('session/close', { id: session });

    const connections = async () => (await client.call('daemon/status', {})).connections;
    const socket = new WebSocket(`ws+unix:${bridgeSocket}:/ws/mcp?all`, ['mcp'], {
      headers: { ...own, host: 'localhost' },
    });
    await once(socket, 'open');
    await ask(socket, initialize());
    const before = await connections();
    socket.pause();
    for (let id = 10; id < 42; id++) socket.send(JSON.stringify({ ...list, id }));
    while ((await connections()) === before);
    const closed = once(socket, 'close');
    socket.resume();
    const [code, reason] = await closed;
    assert.deepEqual([code, String(reason)], [4008, 'Too slow']);
  });

  await t.test("a session's own token neither ends it nor types into it, over both", async (t) => {
    const { id } = await client.call('session/create', { command: ['cat'], projectPath: '/tmp' });
    const token = readFileSync(join(bridge.paths.tokens, id), 'utf8').trim();
    for (const transport of [overHttp(bridge, token, '?all'), overSocket(bridge, token, '?all')]) {
      const mcp = await connected(t, transport);
      assert.match(mcp.getInstructions()!, new RegExp(`You work in session ${id.slice(0, 8)}`));
      for (const [name, args] of [
        ['session_close', { session: id }],
        ['session_update', { id, status: 'trashed' }],
        ['terminal_send', { session: id, keys: ['C-d'] }],
        ['session_exec', { id, command: 'exit' }],
      ] as const) {
        const { isError, content } = (await mcp.callTool({ name, arguments: args })) as any;
        assert.deepEqual([isError, /^That is the session you work in/.test(content[0].text)], [true, true]);
      }
    }
    assert.equal((await client.call('session/get', { id })).status, 'active');
    await client.call('session/close', { id });
  });

  await t.test('a token that is revoked ends its sessions, streams and calls, over both', async (t) => {
    const { id: tokenId, key } = await client.call('token/create', { name: 'mcp', kind: 'mcp' });
    const id = await begin(bridge, bearer(key));
    const headers = { ...bearer(key), 'mcp-session-id': id };
    const stream = await openMcp(bridge, 'GET', headers);
    const ended = once(stream.resume(), 'close');
    const socket = overSocket(bridge, key);
    const mcp = await connected(t, socket);
    const closed = new Promise<void>((resolve) => {
      mcp.onclose = resolve;
    });
    await client.call('token/revoke', { id: tokenId });
    await Promise.all([ended, closed]);
    const refused = await askMcp(bridge, 'POST', headers, { jsonrpc: '2.0', id: 1, method: 'tools/list' });
    assert.deepEqual([refused.status, refused.headers['www-authenticate']], [401, 'Bearer']);
  });
});
