/** `/mcp`: Streamable HTTP as the specification has it, and what those get who do not keep to it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bridged } from '../../support/bridged.js';
import { root } from '../../support/documents.js';
import { askMcp, bearer, begin, initialize, openMcp } from '../../support/mcp.js';
import { frontEnd } from '../../support/sse.js';

const list = (id = 2) => ({ jsonrpc: '2.0', id, method: 'tools/list' });
const call = (name: string, args = {}, id = 3) => ({
  ...{ jsonrpc: '2.0', id, method: 'tools/call' },
  params: { name, arguments: args },
});
const withId = (headers: Record<string, string>, id: string) => ({ ...headers, 'mcp-session-id': id });

test('MCP over HTTP', async (t) => {
  const { daemon, client, bridge } = await bridged(t, {
    config: '[limits]\nread_per_second = 0\nwrite_per_second = 0\nterminal_per_second = 0\n',
  });
  const own = bearer(daemon.token);

  await t.test('the library of MCP is in a bundle of its own', () => {
    const text = (name: string) => readFileSync(join(root, 'dist', name), 'utf8');
    for (const name of ['rdv-bridge.cjs', 'rdv.cjs', 'rdv-full.cjs', 'rdvd.cjs'])
      assert.ok(!text(name).includes('notifications/roots/list_changed'), name);
    assert.ok(text('rdv-bridge-mcp.cjs').includes('notifications/roots/list_changed'));
    // Of the frameworks that the library would bring.
    for (const mark of ['getRequestListener', 'X-Powered-By']) assert.ok(!text('rdv-bridge-mcp.cjs').includes(mark));
  });

  await t.test('a session begins with initialize, has an id, and ends with DELETE', async () => {
    const first = await askMcp(bridge, 'POST', own, initialize());
    const id = first.headers['mcp-session-id'] as string;
    assert.match(id, /^[\x21-\x7e]{32,}$/);
    assert.equal(first.messages[0].result.protocolVersion, '2025-11-25');
    assert.equal(first.messages[0].result.serverInfo.name, 'rdv');
    const told = await askMcp(bridge, 'POST', withId(own, id), { jsonrpc: '2.0', method: 'notifications/initialized' });
    assert.deepEqual([told.status, told.text], [202, '']);
    const { messages } = await askMcp(bridge, 'POST', withId(own, id), list());
    assert.ok(messages[0].result.tools.some(({ name }: any) => name === 'session_list'));
    const ended = await askMcp(bridge, 'DELETE', withId(own, id));
    assert.deepEqual([ended.status, ended.body], [200, { success: true }]);
    for (const verb of ['POST', 'GET', 'DELETE'])
      assert.equal(
        (await askMcp(bridge, verb, withId(own, id), verb === 'POST' ? list() : undefined)).status,
        404,
        verb,
      );
  });

  await t.test('who is not let in, from where, and what is not the protocol', async () => {
    const id = await begin(bridge, own);
    const at = withId(own, id);
    const cases: [
      what: string,
      status: number,
      ...(Parameters<typeof openMcp> extends [any, ...infer R] ? R : never),
    ][] = [
      ['no token', 401, 'POST', {}, initialize()],
      ['another token', 401, 'POST', bearer(`rdv_${'a'.repeat(43)}`), initialize()],
      ['the service token as bearer', 401, 'POST', bearer(frontEnd(bridge)['x-rdv-service-token']!), initialize()],
      ['no token for a stream', 401, 'GET', { 'mcp-session-id': id }],
      ['foreign host', 403, 'POST', { ...own, host: 'evil.example' }, initialize()],
      ['foreign origin', 403, 'POST', { ...own, origin: 'https://evil.example' }, initialize()],
      ['foreign origin, a stream', 403, 'GET', { ...at, origin: 'null' }],
      ['own origin', 200, 'POST', { ...own, origin: 'http://localhost' }, initialize()],
      ['a token in the URL', 400, 'POST', {}, initialize(), `/mcp?token=${daemon.token}`],
      ['no session', 400, 'POST', own, list()],
      ['an initialize that nobody answers', 400, 'POST', own, { ...initialize(), id: undefined }],
      ['no session, a stream', 400, 'GET', own],
      ['no session to end', 400, 'DELETE', own],
      ['a made-up session', 404, 'POST', withId(own, 'x'), list()],
      ['two sessions', 400, 'POST', { ...own, 'mcp-session-id': [id, id] }, list()],
      ['a second initialize', 400, 'POST', at, initialize(9)],
      ['an unknown version', 400, 'POST', { ...at, 'mcp-protocol-version': '1999-01-01' }, list()],
      ['an older version', 200, 'POST', { ...at, 'mcp-protocol-version': '2025-03-26' }, list()],
      ['accepts JSON only', 406, 'POST', { ...at, accept: 'application/json' }, list()],
      ['accepts no stream', 406, 'GET', { ...at, accept: 'application/json' }],
      ['no JSON', 400, 'POST', at, '{"jsonrpc"'],
      ['no message', 400, 'POST', at, { hello: 1 }],
      ['nothing', 400, 'POST', at, ''],
      ['a batch', 400, 'POST', at, [list(), list(4)]],
      ['form data', 415, 'POST', { ...at, 'content-type': 'text/plain' }, list()],
      ['too deep', 400, 'POST', at, '['.repeat(50_000)],
      ['too large', 413, 'POST', { ...at, 'content-length': String(1024 * 1024 + 1) }, list()],
      ['PUT', 405, 'PUT', own, list()],
      ['unknown tools', 400, 'POST', own, initialize(), '/mcp?tools=session_list,nonsense'],
      ['no answer to that', 400, 'POST', own, initialize(), '/mcp?read-only=maybe'],
    ];
    for (const [what, status, ...asked] of cases) {
      const answer = await askMcp(bridge, ...asked);
      assert.equal(answer.status, status, `${what}: ${answer.text}`);
      if (status >= 400) assert.ok(answer.body.error.message ?? answer.body.error, what);
      if (status === 401) assert.equal(answer.headers['www-authenticate'], 'Bearer', what);
      if (status === 405) assert.match(answer.headers.allow!, /DELETE, GET, .*POST/);
    }
    const head = await openMcp(bridge, 'HEAD', at);
    assert.equal(head.statusCode, 405);
    assert.ok(!bridge.stderr.includes(daemon.token));
  });

  await t.test("a session is its caller's: with another token its id is none", async () => {
    const id = await begin(bridge, own);
    const { key } = await client.call('token/create', { name: 'other', kind: 'mcp' });
    const others = [bearer(key), frontEnd(bridge, 'bob')];
    for (const other of others) {
      for (const verb of ['POST', 'GET', 'DELETE']) {
        const { status } = await askMcp(bridge, verb, withId(other, id), verb === 'POST' ? list() : undefined);
        assert.equal(status, 404, verb);
      }
    }
    assert.equal((await askMcp(bridge, 'POST', withId(own, id), list())).status, 200);
    const bobs = await begin(bridge, frontEnd(bridge, 'bob'));
    const asked = await askMcp(bridge, 'POST', withId(frontEnd(bridge, 'bob'), bobs), call('session_list'));
    assert.deepEqual(asked.messages[0].result.structuredContent.sessions, []);
  });

  await t.test('the URL says which tools there are', async () => {
    const names = async (query: string) => {
      const id = await begin(bridge, own, `/mcp${query}`);
      const { messages } = await askMcp(bridge, 'POST', withId(own, id), list());
      return messages[0].result.tools;
    };
    assert.deepEqual((await names('?tools=session_list,session_get')).map(({ name }: any) => name).sort(), [
      'session_get',
      'session_list',
    ]);
    assert.ok((await names('?read-only')).every(({ annotations }: any) => annotations.readOnlyHint));
    assert.ok((await names('?all')).length > 40);
  });

  await t.test('a stream that broke is taken up where it stopped', async () => {
    const id = await begin(bridge, own);
    await askMcp(bridge, 'POST', withId(own, id), { jsonrpc: '2.0', id: 5, method: 'resources/list' });
    const stream = await openMcp(bridge, 'GET', withId(own, id));
    const second = await askMcp(bridge, 'GET', withId(own, id));
    assert.equal(second.status, 409);
    const next = (from: typeof stream) =>
      new Promise<string>((resolve) => {
        let text = '';
        from.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
          if (/^data: \{/m.test(text) && text.endsWith('\n\n')) resolve(text);
        });
      });
    const first = next(stream);
    const folder = await client.call('folder/create', { name: 'one' });
    const last = /^id: (.+)$/m.exec(await first)![1]!;
    stream.destroy();
    await client.call('folder/delete', { id: folder.id });
    for (;;) {
      const again = await openMcp(bridge, 'GET', { ...withId(own, id), 'last-event-id': last });
      if (again.statusCode === 409) continue;
      assert.match(await next(again), /list_changed/);
      again.destroy();
      break;
    }
    const strange = await askMcp(bridge, 'GET', { ...withId(own, id), 'last-event-id': 'made.9999' });
    assert.equal(strange.status, 400);
    const stranger = await askMcp(bridge, 'GET', { ...withId(own, id), 'last-event-id': 'made.1' });
    assert.equal(stranger.status, 400);
    // What was answered in full is told again, and then there is no more to wait for.
    const answered = await askMcp(bridge, 'POST', withId(own, id), list(6));
    const places = [...answered.text.matchAll(/^id: (.+)$/gm)].map(([, place]) => place!);
    const rest = (place: string) => askMcp(bridge, 'GET', { ...withId(own, id), 'last-event-id': place });
    assert.deepEqual((await rest(places[0]!)).messages, answered.messages);
    assert.deepEqual((await rest(places.at(-1)!)).messages, []);
    assert.deepEqual((await rest(places[0]!)).messages, answered.messages);
  });

  await t.test('DELETE ends what runs, and the stream of who waits for it', async () => {
    const id = await begin(bridge, own, '/mcp?all');
    const { id: session } = await client.call('session/create', { command: ['cat'], projectPath: '/tmp' });
    const waiting = await openMcp(
      bridge,
      'POST',
      withId(own, id),
      call('session_wait', { id: session, until: 'exit' }),
    );
    assert.equal(waiting.statusCode, 200);
    assert.equal((await askMcp(bridge, 'DELETE', withId(own, id))).status, 200);
    let text = '';
    for await (const piece of waiting.setEncoding('utf8')) text += piece;
    assert.doesNotMatch(text, /data: \{/);
    await client.call('session/close', { id: session });
  });

  await t.test('a call that is cancelled ends, with its stream', async () => {
    const id = await begin(bridge, own, '/mcp?all');
    const { id: session } = await client.call('session/create', { command: ['cat'], projectPath: '/tmp' });
    const waiting = askMcp(bridge, 'POST', withId(own, id), call('session_wait', { id: session, until: 'exit' }, 7));
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } };
    for (;;) {
      await askMcp(bridge, 'POST', withId(own, id), cancel);
      const done = await Promise.race([waiting, askMcp(bridge, 'POST', withId(own, id), list())]);
      if (done.messages[0].id !== 7) continue;
      assert.equal(done.messages[0].error.code, -32800);
      break;
    }
    await client.call('session/close', { id: session });
  });

  await t.test('a request with the id of one under way is refused, and the first gets its answer', async () => {
    const id = await begin(bridge, own, '/mcp?all');
    const { id: session } = await client.call('session/create', { command: ['cat'], projectPath: '/tmp' });
    const wait = () => askMcp(bridge, 'POST', withId(own, id), call('session_wait', { id: session, until: 'exit' }, 7));
    const both = [wait(), wait()];
    const refused = await Promise.race(both);
    assert.deepEqual([refused.status, refused.body.id, refused.body.error.code], [400, 7, -32600]);
    await client.call('session/close', { id: session });
    const answers = await Promise.all(both);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400]);
  });

  await t.test('one client has at most 32 calls under way', async () => {
    const id = await begin(bridge, own, '/mcp?all');
    const { id: session } = await client.call('session/create', { command: ['cat'], projectPath: '/tmp' });
    const all = Array.from({ length: 40 }, (_, n) =>
      askMcp(bridge, 'POST', withId(own, id), call('session_wait', { id: session, until: 'exit' }, 100 + n)),
    );
    const refused: string[] = [];
    // Those that come last must find the first still waiting.
    await new Promise<void>((resolve) => {
      for (const each of all)
        void each.then(({ messages }) => {
          if (refused.push(messages[0].error?.message) === 8) resolve();
        });
    });
    for (const message of refused) assert.match(message, /32 requests are under way/);
    await client.call('session/close', { id: session });
    const answers = await Promise.all(all);
    assert.equal(answers.filter(({ messages }) => messages[0].error).length, 8);
  });

  await t.test(
    'sessions without end are at most sixteen: the one unused for longest makes room, one in use does not',
    async () => {
      const { key } = await client.call('token/create', { name: 'many', kind: 'mcp' });
      const many = bearer(key);
      const kept = await begin(bridge, many);
      const stream = await openMcp(bridge, 'GET', withId(many, kept));
      const ids: string[] = [];
      for (let n = 0; n < 120; n += 20) {
        const more = Array.from({ length: 20 }, () => askMcp(bridge, 'POST', many, initialize()));
        for (const { status, headers } of await Promise.all(more)) {
          assert.ok(status === 200 || status === 429);
          if (status === 200) ids.push(headers['mcp-session-id'] as string);
        }
      }
      const statuses = await Promise.all(
        ids.slice(-40).map(async (id) => (await askMcp(bridge, 'POST', withId(many, id), list())).status),
      );
      assert.equal(statuses.filter((status) => status === 200).length, 15);
      assert.equal((await askMcp(bridge, 'POST', withId(many, kept), list())).status, 200);
      stream.destroy();
    },
  );

  await t.test('who never reads his streams costs little memory, and holds up nobody', async () => {
    const line = 'x'.repeat(200);
    const { id: session } = await client.call('session/create', {
      ...{ projectPath: '/tmp', cols: 200, rows: 50 },
      command: ['sh', '-c', `i=0; while [ $i -lt 3000 ]; do echo ${line}; i=$((i+1)); done; echo all; exec cat`],
    });
    await client.call('session/wait', { id: session, until: 'pattern', pattern: '^all$', timeoutMs: 20_000 });
    const id = await begin(bridge, own, '/mcp?all');
    const lazy = withId(own, id);
    const scrollback = (n: number) => call('session_scrollback', { id: session, lines: 3000 }, n);
    const { text } = await askMcp(bridge, 'POST', lazy, scrollback(1));
    assert.ok(text.length > 500_000, text.slice(0, 300) + text.length);
    const memory = () =>
      Number(execFileSync('ps', ['-o', 'rss=', '-p', String(bridge.child.pid)], { encoding: 'utf8' })) / 1024;
    const before = memory();
    const unread = [];
    for (let n = 10; n < 70; n++) unread.push((await openMcp(bridge, 'POST', lazy, scrollback(n))).pause());
    const brisk = await begin(bridge, own);
    assert.equal((await askMcp(bridge, 'POST', withId(own, brisk), call('session_list'))).status, 200);
    assert.ok(memory() - before < 150, `${memory() - before} MB`);
    for (const response of unread) response.destroy();
    await client.call('session/close', { id: session });
  });

  await t.test('what does not begin as MCP over HTTP does not begin', async () => {
    const strange = { ...initialize(), params: { hello: 1 } };
    for (let n = 0; n < 20; n++) assert.ok((await askMcp(bridge, 'POST', own, strange)).status >= 400);
    await begin(bridge, own);
  });
});
