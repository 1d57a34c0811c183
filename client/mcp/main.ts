/** `rdv mcp`: the adapter on stdin and stdout, for a client of MCP that starts it. */
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { findEndpoint } from '../endpoint.js';
import { ensureDaemon } from '../start.js';
import { createLink } from './link.js';
import { methodTools } from './method-tools.js';
import { createMcpServer } from './server.js';

/** Plain data: this file is a bundle of its own, and its errors are of other classes than those of whoever loads it. */
export interface StdioOptions {
  /** The daemon's socket, where it is named by hand. */
  readonly socket: string | undefined;
  readonly daemonFile: string;
  readonly autostart: boolean;
  readonly version: string;
}

/** Serves until stdin ends. */
export async function serveStdio({ socket, version, ...launch }: StdioOptions): Promise<void> {
  const endpoint = findEndpoint(process.env, socket);
  const link = createLink(() => ensureDaemon({ endpoint, clientInfo: { name: 'rdv-mcp', version }, ...launch }));
  const server = createMcpServer({ link, tools: methodTools(), version });
  const closed = new Promise<void>((resolve) => {
    server.onclose = resolve;
    process.stdin.once('end', resolve);
  });
  await server.connect(new StdioServerTransport());
  await closed;
  await server.close();
  link.close();
}
