/** Conversations of MCP for the bridge: only here is the library of MCP loaded, at the first of them. Plain data passes. */
import { randomBytes } from 'node:crypto';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { type Conversation, type Opening, openConversation, type Unopened } from './conversation.js';
import { createEventStore } from './event-store.js';
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
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => id,
    eventStore: createEventStore(),
  });
  const opened = await openConversation(opening, transport, { answersCancelled: true });
  if ('refused' in opened) return opened;
  return {
    ...opened,
    id,
    async answer({ method, headers, body }) {
      // What is asked for stands in the method and the headers; the address means nothing to it.
      const request = new Request('http://localhost/mcp', { method, headers });
      const answer = await transport.handleRequest(request, body === undefined ? {} : { parsedBody: body });
      return { status: answer.status, headers: Object.fromEntries(answer.headers), body: answer.body };
    },
  };
}

/** Each message as a text of its own. */
export async function openText(opening: Opening, send: (text: string) => void): Promise<TextConversation | Unopened> {
  const transport = createTextTransport(send);
  const opened = await openConversation(opening, transport, { answersCancelled: false });
  return 'refused' in opened ? opened : { ...opened, take: transport.take };
}
