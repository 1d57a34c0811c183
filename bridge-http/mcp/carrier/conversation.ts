/** One client's conversation: a link to the daemon of its own, tools, and an end when its token is good no more. */
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import { connect } from '#client';
import { RpcError } from '#protocol/errors';
import { createBackoff } from '../../../client/backoff.js';
import { type Choice, chooseTools } from '../../../client/mcp/choose.js';
import { createLink, type Link } from '../../../client/mcp/link.js';

import { createMcpServer } from '../../../client/mcp/server.js';
import type { Tool } from '../../../client/mcp/tool.js';
import { passes } from '../../../client/standing.js';
import { limitRequests } from './in-flight.js';

export interface Opening {
  readonly socketPath: string;
  readonly version: string;
  /** Throws what is told to the client as words. */
  readonly token: () => string;
  readonly user: string | undefined;
  /** Whose own token it is. */
  readonly ownSession: string | undefined;
  readonly choice: Choice;
  /** Told once, also after `close`. */
  readonly onEnd: (why: End) => void;
}

export type { Choice };

/** `unauthorized`: the token is revoked, expired or replaced. */
export type End = 'closed' | 'unauthorized';

export interface Conversation {
  /** The requests that have no answer yet. */
  readonly underWay: ReadonlySet<RequestId>;
  /** What runs is cancelled, streams end. Twice is harmless. */
  close(): Promise<void>;
}

/** Nothing was opened, and why. */
export interface Unopened {
  readonly refused: string;
}

export interface Manner {
  /** Whether a request that was cancelled gets an answer all the same. */
  readonly answersCancelled: boolean;
}

export async function openConversation(
  opening: Opening,
  transport: Transport,
  manner: Manner,
): Promise<Conversation | Unopened> {
  const { version, onEnd, choice, ownSession } = opening;
  const tools = choose(choice);
  if ('refused' in tools) return tools;
  const link = createLink(() => login(opening));
  const server = createMcpServer({ link, tools, version, ownSession });
  const over = new AbortController();
  let why: End = 'closed';
  server.onclose = () => {
    if (over.signal.aborted) return;
    over.abort();
    link.close();
    onEnd(why);
  };
  await server.connect(transport);
  const underWay = limitRequests(transport, manner);
  const close = () => server.close();
  void watch(link, over.signal).catch((error) => {
    if (!(error instanceof RpcError)) throw error;
    why = 'unauthorized';
    return close();
  });
  return { underWay, close };
}

function choose(choice: Choice): readonly Tool[] | Unopened {
  try {
    return chooseTools(choice);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return { refused: error.message };
  }
}

function login({ socketPath, version, token, user }: Opening) {
  const clientInfo = { name: 'rdv-bridge-mcp', version };
  return connect({ socketPath, token: () => inWords(token), clientInfo, ...(user !== undefined && { user }) });
}

/** What it throws is of another bundle's class. */
function inWords(token: () => string): string {
  try {
    return token();
  } catch (error) {
    throw new RpcError('Unavailable', (error as Error).message);
  }
}

const BACKOFF_MS = { firstMs: 25, mostMs: 2000 };

/** Keeps the connection, so that its loss for good is seen at once. Throws why it cannot be had any more. */
async function watch(link: Link, signal: AbortSignal): Promise<void> {
  const backoff = createBackoff(BACKOFF_MS);
  while (!signal.aborted) {
    try {
      const client = await link.client();
      backoff.reset();
      await new Promise<void>((resolve) => void client.onClose(resolve));
    } catch (error) {
      if (signal.aborted) return;
      if (!passes(error) && !(error instanceof RpcError && error.kind === 'RateLimited')) throw error;
    }
    await pause(backoff.next(), signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
