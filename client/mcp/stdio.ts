/** A conversation of MCP on stdin and stdout, to its end: stdin ends, the client is gone, or a signal comes. */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { STDIO_DEFAULT_MAX_BUFFER_SIZE } from '@modelcontextprotocol/sdk/shared/stdio.js';
import { RpcError } from '#protocol/errors';

/** Answers that wait for a client that does not read, and then? Nothing more is read of it until it does. */
const WAITING_BYTES = 1024 * 1024;

/** How long the last answers may take to be read. */
const LAST_MS = 500;

/** Calls under way are cancelled at the end. Throws TooLarge when a message was so long that it ended there. */
export async function serveOnStdio(server: Server): Promise<void> {
  const { stdin, stdout } = process;
  let cut = false;
  const ended = new Promise<void>((resolve) => {
    // Nobody else ends it before we do.
    server.onclose = () => {
      cut = true;
      resolve();
    };
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
  const wasCut = cut;
  await server.close();
  stdin.destroy();
  if (wasCut) throw tooLong();
  if (stdout.writableLength === 0) return;
  await Promise.race([once(stdout, 'drain'), delay(LAST_MS)]);
  // Nobody reads it, and what waits for that would keep us for ever.
  if (stdout.writableLength > 0) process.exit(0);
}

function tooLong(): RpcError {
  return new RpcError('TooLarge', `The client sent a message of more than ${STDIO_DEFAULT_MAX_BUFFER_SIZE} bytes.`);
}
