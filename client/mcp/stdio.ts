/** A conversation of MCP on stdin and stdout, to its end: stdin ends, the client is gone, or a signal comes. */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';

/** Answers that wait for a client that does not read, and then? Nothing more is read of it until it does. */
const WAITING_BYTES = 1024 * 1024;

/** How long the last answers may take to be read. */
const LAST_MS = 500;

/** Calls under way are cancelled at the end. */
export async function serveOnStdio(server: Server): Promise<void> {
  const { stdin, stdout } = process;
  const ended = new Promise<void>((resolve) => {
    server.onclose = resolve;
    stdin.once('end', resolve);
    stdin.once('error', resolve);
    // Nobody reads any more.
    stdout.on('error', () => resolve());
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  await server.connect(new StdioServerTransport(stdin, stdout));
  stdin.on('data', () => {
    if (stdout.writableLength < WAITING_BYTES || stdin.isPaused()) return;
    stdin.pause();
    stdout.once('drain', () => stdin.resume());
  });
  await ended;
  await server.close();
  stdin.destroy();
  if (stdout.writableLength === 0) return;
  await Promise.race([once(stdout, 'drain'), delay(LAST_MS)]);
  // Nobody reads it, and what waits for that would keep us for ever.
  if (stdout.writableLength > 0) process.exit(0);
}
