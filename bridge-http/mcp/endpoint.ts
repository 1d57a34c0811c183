/** `/mcp`: Streamable HTTP, as the specification of MCP has it, for callers as everywhere in the bridge. */
import type { IncomingMessage } from 'node:http';
import { readJson } from '../http/body.js';
import type { Endpoint, Exchange } from '../http/exchange.js';
import { Refusal } from '../http/refusal.js';
import type { Reply } from '../http/reply.js';
import { type Caller, whenOver } from '../identity/caller.js';
import { type Callers, unauthorized } from '../identity/headers.js';
import type { HttpConversation } from './carrier/carrier.js';
import { choiceIn } from './choice.js';
import type { Conversations, Entry, McpLimits } from './conversations.js';
import type { Opener } from './opener.js';
import { createStreams } from './streams.js';

export interface HttpDeps {
  readonly callers: Callers;
  readonly conversations: Conversations;
  readonly opener: Opener;
  readonly limits: Pick<McpLimits, 'drainMs' | 'streams'>;
}

interface Open extends Entry {
  conversation?: HttpConversation;
  isOver: boolean;
}

export interface McpEndpoint {
  readonly endpoint: Endpoint;
  /** Streams end at once; what runs is answered, if it does not take long; then each conversation ends. */
  close(): Promise<void>;
}

const SESSION = 'mcp-session-id';
/** Others tell the library nothing, and a token is nothing for it. */
const passed = ['accept', 'content-type', SESSION, 'mcp-protocol-version', 'last-event-id'];

export function createEndpoint({ callers, conversations, opener, limits }: HttpDeps): McpEndpoint {
  const known = createKnown(conversations, opener);
  const streams = createStreams();
  let closing = false;

  const answer = async (entry: Open, caller: Caller, { request, response, gone }: Exchange, body: unknown) => {
    const { method = '' } = request;
    // Whoever went away may still want what he asked to be done, but reads no stream.
    if (gone.aborted && method === 'GET') return 'done';
    if (entry.uses >= limits.streams) throw tooMany(limits.streams);
    const release = conversations.begin(entry);
    if (gone.aborted) release();
    else gone.addEventListener('abort', release, { once: true });
    const asked = { method, headers: headersOf(request), ...(body !== undefined && { body }) };
    const given = await entry.conversation!.answer(asked);
    // His word of now: the one that began the session may have ended long ago.
    const leave = whenOver(caller, () => response.destroy());
    await streams.send(given, response, method === 'GET').finally(leave);
    if (method === 'POST' && given.status !== 200 && given.status !== 202) return 'refused';
    return 'done';
  };

  const endpoint: Endpoint = async (exchange) => {
    const { request, query } = exchange;
    const caller = await callers.of(request);
    if (request.method === 'HEAD') throw notAllowed();
    if (closing) throw new Refusal(503, 'RDV_UNAVAILABLE', 'The bridge stops.', { 'retry-after': '1' });
    const id = only(request, SESSION);
    const body = request.method === 'POST' ? await readMessage(request) : undefined;
    if (body && 'status' in body) return body;
    const found = id === undefined ? undefined : known.find(id);
    await opener.admit(caller, found !== undefined);
    if (id !== undefined) {
      // One of another caller is as good as none.
      if (!found || found.caller.key !== caller.key)
        return rpcError(404, NO_SESSION, 'There is no such session. Initialize a new one.');
      if (request.method === 'DELETE') {
        known.end(found);
        return { status: 200, body: { success: true } };
      }
      await answer(found, caller, exchange, body?.message);
      return undefined;
    }
    if (!isInitialize(body?.message))
      return rpcError(400, BAD_REQUEST, 'The header Mcp-Session-Id is needed. Call initialize for one.');
    const entry = await known.open(caller, query);
    if ((await answer(entry, caller, exchange, body?.message)) === 'refused') known.end(entry);
    return undefined;
  };

  return {
    endpoint,
    async close() {
      closing = true;
      await streams.drain(limits.drainMs);
      for (const entry of known.all()) known.end(entry);
      streams.cut();
    },
  };
}

/** Conversations over HTTP, by the id each client was given. */
function createKnown(conversations: Conversations, opener: Opener) {
  const byId = new Map<string, Open>();
  const end = (entry: Open) => {
    entry.isOver = true;
    conversations.remove(entry);
    byId.delete(entry.conversation?.id ?? '');
    void entry.conversation?.close();
  };
  return {
    async open(caller: Caller, query: URLSearchParams): Promise<Open> {
      const choice = choiceIn(query);
      const entry: Open = { caller, uses: 1, usedAt: performance.now(), isOver: false, end: () => end(entry) };
      conversations.add(entry);
      try {
        entry.conversation = await opener.openHttp(caller, choice, () => end(entry));
        if (entry.isOver) throw unauthorized('INVALID_TOKEN', 'The token was good until a moment ago.');
        byId.set(entry.conversation.id, entry);
        return entry;
      } catch (error) {
        conversations.remove(entry);
        throw error;
      } finally {
        entry.uses--;
      }
    },
    find: (id: string) => byId.get(id),
    all: () => [...byId.values()],
    end,
  };
}

const NO_SESSION = -32001;
const BAD_REQUEST = -32000;
const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;

function rpcError(status: number, code: number, message: string): Reply {
  return { status, body: { jsonrpc: '2.0', error: { code, message }, id: null } };
}

/** What is no message is told in the words of JSON-RPC, all else as everywhere. */
async function readMessage(request: IncomingMessage): Promise<Reply | { readonly message: unknown }> {
  try {
    const message = await readJson(request);
    if (message === undefined) return rpcError(400, PARSE_ERROR, 'The body is empty. Send one JSON-RPC message.');
    if (Array.isArray(message))
      return rpcError(400, INVALID_REQUEST, 'A batch is not taken. Send one message in each request.');
    return { message };
  } catch (error) {
    if (error instanceof Refusal && error.code === 'INVALID_JSON') return rpcError(400, PARSE_ERROR, error.message);
    throw error;
  }
}

/** Without an id nobody would be told the session's. */
function isInitialize(message: unknown): boolean {
  if (typeof message !== 'object' || message === null) return false;
  return 'id' in message && 'method' in message && message.method === 'initialize';
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const said = passed.map((name) => [name, headers[name]] as const);
  return Object.fromEntries(said.filter((each): each is [string, string] => typeof each[1] === 'string'));
}

function only({ headersDistinct }: IncomingMessage, name: string): string | undefined {
  const values = headersDistinct[name] ?? [];
  if (values.length > 1) throw new Refusal(400, 'REPEATED_HEADER', `The header ${name} came ${values.length} times.`);
  return values[0];
}

function tooMany(most: number): Refusal {
  const said = `${most} answers of this session are not read yet. Read or close them.`;
  return new Refusal(429, 'TOO_MANY_STREAMS', said, { 'retry-after': '1' });
}

function notAllowed(): Refusal {
  const allow = 'DELETE, GET, OPTIONS, POST';
  return new Refusal(405, 'METHOD_NOT_ALLOWED', `HEAD is not possible here, only ${allow}.`, { allow });
}
