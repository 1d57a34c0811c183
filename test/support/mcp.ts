/** Clients of MCP for tests: raw requests as anybody might send them, and those of the libraries in use. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { TestContext } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { WebSocket } from 'ws';
import type { BridgeProcess } from './bridged.js';

export const VERSION = '2025-11-25';

export const initialize = (id: number | string = 1) => ({
  jsonrpc: '2.0',
  id,
  method: 'initialize',
  params: { protocolVersion: VERSION, capabilities: {}, clientInfo: { name: 'test', version: '0' } },
});

type Headers = Readonly<Record<string, string | string[]>>;

export interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  /** Of an answer in a stream: the messages in it. */
  readonly messages: readonly any[];
  /** Of any other, parsed; undefined when empty. */
  readonly body: any;
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Not read yet. */
export async function openMcp(
  { paths }: Pick<BridgeProcess, 'paths'>,
  verb: string,
  headers: Headers,
  body?: unknown,
  path = '/mcp',
): Promise<IncomingMessage> {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const sent = request({
    ...{ socketPath: paths.bridgeSocket, path, method: verb, agent: false },
    headers: {
      host: 'localhost',
      accept: verb === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream',
      'mcp-protocol-version': VERSION,
      ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      ...headers,
    },
  });
  sent.on('error', () => {});
  sent.end(text);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
}

/** To its end. */
export async function askMcp(...asked: Parameters<typeof openMcp>): Promise<Answered> {
  const response = await openMcp(...asked);
  let text = '';
  for await (const piece of response.setEncoding('utf8')) text += piece;
  const { statusCode: status = 0, headers } = response;
  const isStream = headers['content-type']?.startsWith('text/event-stream');
  const data = text.split('\n').filter((line) => line.startsWith('data: {'));
  return {
    ...{ status, headers, text },
    messages: isStream ? data.map((line) => JSON.parse(line.slice(6))) : [],
    body: isStream || text === '' ? undefined : JSON.parse(text),
  };
}

/** The id of a session that has begun. */
export async function begin(bridge: Pick<BridgeProcess, 'paths'>, headers: Headers, path?: string): Promise<string> {
  const { status, headers: got, text } = await askMcp(bridge, 'POST', headers, initialize(), path);
  assert.equal(status, 200, text);
  const id = got['mcp-session-id'] as string;
  const told = { jsonrpc: '2.0', method: 'notifications/initialized' };
  assert.equal((await askMcp(bridge, 'POST', { ...headers, 'mcp-session-id': id }, told)).status, 202);
  return id;
}

/** A client of the library, connected; gone after the test. */
export async function connected(t: TestContext, transport: Transport): Promise<Client> {
  const client = new Client({ name: 'test', version: '0' });
  await client.connect(transport);
  t.after(() => client.close());
  return client;
}

export function overHttp({ port }: BridgeProcess, token: string, query = ''): StreamableHTTPClientTransport {
  const requestInit = { headers: bearer(token) };
  return new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp${query}`), { requestInit });
}

/** The library's transport takes no headers, so they are the socket's own. */
export function overSocket({ port }: BridgeProcess, token: string, query = ''): WebSocketClientTransport {
  class Authorised extends WebSocket {
    constructor(url: string | URL, protocol: string) {
      super(url, protocol, { headers: bearer(token) });
    }
  }
  (globalThis as { WebSocket?: unknown }).WebSocket = Authorised;
  return new WebSocketClientTransport(new URL(`ws://127.0.0.1:${port}/ws/mcp${query}`));
}
