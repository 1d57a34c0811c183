/** Sessions of MCP of people whose word ends: each answer lasts as long as the login with which it was asked for. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { splitUrl } from '../../../bridge-http/http/exchange.js';
import { createConversations, usual } from '../../../bridge-http/mcp/conversations.js';
import { createEndpoint } from '../../../bridge-http/mcp/endpoint.js';
import { initialize } from '../../support/mcp.js';

/** A body stays open until it is told to end. */
function sayingThings() {
  let last: ReadableStreamDefaultController<Uint8Array>;
  const body = () =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(Buffer.from('data: \n\n'));
        last = controller;
      },
    });
  const conversation = {
    ...{ id: 'one', underWay: new Set<string>(), close: async () => {} },
    answer: async () => ({ status: 200, headers: {}, body: body() }),
  };
  return { conversation, end: () => last.close() };
}

test('a person who has logged in anew is answered beyond the end of the login that began the session', async (t) => {
  const { conversation, end } = sayingThings();
  const conversations = createConversations(usual);
  t.after(conversations.close);
  let until = Date.now() + 60_000;
  const ann = () => ({ kind: 'access' as const, key: 'ann', user: 'ann', token: () => '', until });
  const { endpoint } = createEndpoint({
    ...{ conversations, limits: usual },
    callers: { of: async () => ann(), ofService: ann },
    opener: {
      admit: async () => {},
      openHttp: async () => conversation,
      openText: () => Promise.reject(new Error('not asked for')),
    },
  });
  const server = createServer(async (asked, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    await endpoint({ request: asked, response, ...splitUrl(asked.url!), gone: gone.signal });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  /** Whether the answer came to its end, `begun` once a part of it is there. */
  const ask = async (headers: Record<string, string>, begun: () => Promise<void>) => {
    const json = { 'content-type': 'application/json' };
    const sent = request({ port, method: 'POST', agent: false, headers: { ...json, ...headers } });
    sent.end(JSON.stringify(initialize()));
    const [response] = await once(sent, 'response');
    const over = new Promise((resolve) => response.once('close', resolve));
    response.on('error', () => {}).resume();
    await begun();
    await over;
    return response.complete as boolean;
  };
  until = Date.now() + 10;
  assert.equal(await ask({}, async () => {}), false, 'the login that was over ended its answer');
  until = Date.now() + 60_000;
  const later = () => delay(20).then(end);
  assert.equal(await ask({ 'mcp-session-id': 'one' }, later), true);
});
