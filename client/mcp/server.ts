/** One conversation of MCP, put together: an adapter between a client of MCP and the daemon, whatever carries it. */
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { instructionsFor } from './instructions.js';
import type { Link } from './link.js';
import { serveTools } from './serve-tools.js';
import type { Place, Tool } from './tool.js';

export interface McpOptions extends Place {
  readonly link: Link;
  readonly tools: readonly Tool[];
  readonly version: string;
}

/** Not connected yet. Whoever made the link closes it; the server is closed by its transport. */
export function createMcpServer({ link, tools, version, ...place }: McpOptions): Server {
  const server = new Server(
    { name: 'rdv', title: 'Remote Dev', version },
    { capabilities: { tools: {} }, instructions: instructionsFor(tools, place) },
  );
  serveTools(server, link, tools, place);
  return server;
}
