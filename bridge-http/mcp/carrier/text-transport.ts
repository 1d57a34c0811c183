/** A transport of MCP over anything that carries texts: a message is a text. */
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js';

export interface TextTransport extends Transport {
  take(message: unknown): void;
}

const INVALID_REQUEST = -32600;

export function createTextTransport(write: (text: string) => void): TextTransport {
  let closed = false;
  const transport: TextTransport = {
    async start() {},
    async send(message) {
      if (!closed) write(JSON.stringify(message));
    },
    async close() {
      if (closed) return;
      closed = true;
      transport.onclose?.();
    },
    take(given) {
      if (closed) return;
      const { success, data } = JSONRPCMessageSchema.safeParse(given);
      if (success) return transport.onmessage?.(data);
      const message = 'Expected one JSON-RPC 2.0 message in each frame.';
      write(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: INVALID_REQUEST, message } }));
    },
  };
  return transport;
}
