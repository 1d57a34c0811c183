/** One conversation of MCP, put together: an adapter between a client of MCP and the daemon, whatever carries it. */
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { serveCompletions } from './completions.js';
import { instructionsFor } from './instructions.js';
import type { Link } from './link.js';
import { servePrompts } from './prompts.js';
import { serveResources } from './resources.js';
import { serveTools } from './serve-tools.js';
import type { Place, Tool } from './tool.js';

export interface McpOptions extends Place {
  readonly link: Link;
  readonly tools: readonly Tool[];
  readonly version: string;
}

const capabilities = {
  tools: {},
  resources: { subscribe: true, listChanged: true },
  prompts: {},
  completions: {},
};

/** Not connected yet. Whoever made the link closes it; the server is closed by its transport. */
export function createMcpServer({ link, tools, version, ...place }: McpOptions): Server {
  const server = new Server(
    { name: 'rdv', title: 'Remote Dev', version },
    { capabilities, instructions: instructionsFor(tools, place) },
  );
  serveTools(server, link, tools, place);
  serveResources(server, link);
  servePrompts(server);
  serveCompletions(server, link);
  return server;
}
