/** `rdv mcp`: the adapter on stdin and stdout, for a client of MCP that starts it. */
import { errors, RpcError } from '#protocol/errors';
import { clean } from '../clean.js';
import { findEndpoint } from '../endpoint.js';
import type { Client } from '../index.js';
import { FULL_ID } from '../pick.js';
import { ensureDaemon } from '../start.js';
import { type Choice, chooseTools } from './choose.js';
import { createLink, type Link } from './link.js';
import { createMcpServer } from './server.js';
import { serveOnStdio } from './stdio.js';
import type { Place } from './tool.js';

/** Plain data: this file is a bundle of its own, and its errors are of other classes than those of whoever loads it. */
export interface StdioOptions extends Choice {
  /** The daemon's socket, where it is named by hand. */
  readonly socket: string | undefined;
  readonly daemonFile: string;
  readonly autostart: boolean;
  readonly version: string;
}

/** Serves until stdin ends or a signal comes. Returns the exit code; what is wrong at the start is told in a line on stderr. */
export async function serveStdio({ socket, version, daemonFile, autostart, ...choice }: StdioOptions): Promise<number> {
  try {
    const tools = chooseTools(choice);
    const endpoint = findEndpoint(process.env, socket);
    const options = { endpoint, daemonFile, clientInfo: { name: 'rdv-mcp', version } };
    const link = createLink(reaching((start) => ensureDaemon({ ...options, autostart: autostart && start })));
    try {
      const place = placeOf(process.env, await knock(link));
      await serveOnStdio(createMcpServer({ link, tools, version, ...place }));
    } finally {
      link.close();
    }
    return 0;
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    tell(error.message);
    return error.kind === 'Unauthorized' ? errors.Forbidden.exit : errors[error.kind].exit;
  }
}

/** Opens the way to the daemon. Throws Unauthorized; one that is away may come. */
async function knock(link: Link): Promise<Client | undefined> {
  try {
    return await link.client();
  } catch (error) {
    if (!(error instanceof RpcError) || error.kind === 'Unauthorized') throw error;
    tell(error.message);
    return undefined;
  }
}

/** A daemon that was stopped on purpose is not started again by a program; a lost one is. */
function reaching(connect: (start: boolean) => Promise<Client>): () => Promise<Client> {
  let stopped = false;
  return async () => {
    const client = await connect(!stopped);
    stopped = false;
    client.on('server/stopping', ({ restarting }) => {
      stopped = !restarting;
    });
    return client;
  };
}

/** A client that starts us somewhere works there; one that starts us in the root works nowhere in particular. */
function placeOf({ RDV_SESSION_ID: id = '' }: NodeJS.ProcessEnv, client: Client | undefined): Place {
  const directory = process.cwd();
  const ownSession = FULL_ID.test(id) ? id : (client?.sessionId ?? undefined);
  return { ownSession, ...(directory !== '/' && { directory }) };
}

function tell(line: string): void {
  process.stderr.write(`rdv mcp: ${clean(line)}\n`);
}
