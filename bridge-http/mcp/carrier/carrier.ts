/** Conversations of MCP for the bridge: only here is the library of MCP loaded, at the first of them. Plain data passes. */
import { randomBytes } from 'node:crypto';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { isJSONRPCRequest, type RequestId } from '@modelcontextprotocol/sdk/types.js';
import { type Conversation, type Opening, openConversation, type Unopened } from './conversation.js';
import { createEventStore } from './event-store.js';
import { INVALID_REQUEST, UNDER_WAY } from './in-flight.js';
import { createTextTransport } from './text-transport.js';

export interface HttpRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of a POST, parsed. */
  readonly body?: unknown;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ReadableStream<Uint8Array> | null;
}

export interface HttpConversation extends Conversation {
  /** For `Mcp-Session-Id`. */
  readonly id: string;
  answer(request: HttpRequest): Promise<HttpAnswer>;
}

export interface TextConversation extends Conversation {
  /** One message, parsed. */
  take(message: unknown): void;
}

/** Its first request must be `initialize`. */
export async function openHttp(opening: Opening): Promise<HttpConversation | Unopened> {
  const id = randomBytes(24).toString('base64url');
  const eventStore = createEventStore();
  const transport = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => id, eventStore });
  const opened = await openConversation(opening, transport, { answersCancelled: true });
  if ('refused' in opened) return opened;
  return {
    ...opened,
    id,
    async answer({ method, headers, body }) {
      // Its answer would go to the stream of whoever asked last, and the other stream would never end.
      if (isJSONRPCRequest(body) && opened.underWay.has(body.id)) return refusal(body.id);
      // What is asked for stands in the method and the headers; the address means nothing to it.
      const request = new Request('http://localhost/mcp', { method, headers });
      const answer = await transport.handleRequest(request, body === undefined ? {} : { parsedBody: body });
      const rest = answer.ok && method === 'GET' ? eventStore.restAfter(headers['last-event-id'] ?? '') : undefined;
      return { ...answerOf(answer), ...(rest !== undefined && { body: firstOf(answer.body!, rest) }) };
    },
  };
}

/** The library waits for more also where the answer was all; it writes each message at once. */
function firstOf(body: ReadableStream<Uint8Array>, count: number): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let left = count;
  return new ReadableStream({
    async pull(controller) {
      const { value } = left-- > 0 ? await reader.read() : {};
      if (value) return controller.enqueue(value);
      controller.close();
      await reader.cancel();
    },
    cancel: () => reader.cancel(),
  });
}

const answerOf = ({ status, headers, body }: Response): HttpAnswer => ({
  status,
  headers: Object.fromEntries(headers),
  body,
});

function refusal(id: RequestId): HttpAnswer {
  const error = { code: INVALID_REQUEST, message: UNDER_WAY };
  return answerOf(Response.json({ jsonrpc: '2.0', id, error }, { status: 400 }));
}

/** Each message as a text of its own. */
export async function openText(opening: Opening, send: (text: string) => void): Promise<TextConversation | Unopened> {
  const transport = createTextTransport(send);
  const opened = await openConversation(opening, transport, { answersCancelled: false });
  return 'refused' in opened ? opened : { ...opened, take: transport.take };
}
