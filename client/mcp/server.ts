/** One conversation of MCP, put together: an adapter between a client of MCP and the daemon, whatever carries it. */
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Link } from './link.js';
import { serveTools } from './serve-tools.js';
import type { Tool } from './tool.js';

export interface McpOptions {
  readonly link: Link;
  readonly tools: readonly Tool[];
  readonly version: string;
}

const INSTRUCTIONS =
  'rdv keeps terminal sessions, each a program in a terminal of its own that lives on when nobody looks.';

/** Not connected yet. Whoever made the link closes it; the server is closed by its transport. */
export function createMcpServer({ link, tools, version }: McpOptions): Server {
  const server = new Server(
    { name: 'rdv', title: 'Remote Dev', version },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );
  serveTools(server, link, tools);
  return server;
}
