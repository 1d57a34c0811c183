/** MCP through the bridge: over HTTP and over WebSocket, with one count of who has how much. */
import type { Endpoint } from '../http/exchange.js';
import type { Callers } from '../identity/headers.js';
import { createConversations, type McpLimits, usual } from './conversations.js';
import { createEndpoint } from './endpoint.js';
import { createOpener, type OpenerOptions } from './opener.js';
import { createSockets, type McpSockets } from './sockets.js';

export type { McpLimits } from './conversations.js';

export interface McpDeps extends OpenerOptions {
  readonly callers: Callers;
  readonly limits?: Partial<McpLimits>;
}

export interface Mcp extends Pick<McpSockets, 'upgrade' | 'count'> {
  readonly endpoints: readonly (readonly [string, Endpoint])[];
  /** What runs is answered, if it does not take long; then all ends. Twice is harmless. */
  close(): Promise<void>;
}

export function createMcp(deps: McpDeps): Mcp {
  const limits = { ...usual, ...deps.limits };
  const conversations = createConversations(limits);
  const shared = { callers: deps.callers, conversations, opener: createOpener(deps), limits };
  const http = createEndpoint(shared);
  const sockets = createSockets(shared);
  return {
    endpoints: ['GET', 'POST', 'DELETE'].map((verb) => [`${verb} /mcp`, http.endpoint] as const),
    upgrade: sockets.upgrade,
    get count() {
      return sockets.count;
    },
    async close() {
      conversations.close();
      await Promise.all([http.close(), sockets.close()]);
    },
  };
}
