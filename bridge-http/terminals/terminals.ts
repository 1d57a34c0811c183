/** The terminal WebSockets: accepted, bounded, kept alive, ended together. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { createAlive } from '../http/alive.js';
import { splitUrl } from '../http/exchange.js';
import { Refusal } from '../http/refusal.js';
import type { Log } from '../http/server.js';
import { whenOver } from '../identity/caller.js';
import { type AccessDeps, admit } from './access.js';
import { type Asked, askedOf } from './asked.js';
import { BUG, Ended, EXPIRED, endingOf, TOO_MANY } from './endings.js';
import { openPageSocket, type PageSocket } from './socket.js';
import { openStream, type PageStream } from './stream.js';
import { serveV1 } from './v1.js';
import { serveV2, V2 } from './v2.js';

export interface TerminalLimits {
  readonly sockets: number;
  readonly socketsPerCaller: number;
  readonly pingMs: number;
  /** For the first frame of the second protocol. */
  readonly helloMs: number;
  /** A page that takes in nothing for so long is too slow. */
  readonly slowMs: number;
}

const usual: TerminalLimits = {
  sockets: 256,
  socketsPerCaller: 32,
  pingMs: 20_000,
  helloMs: 10_000,
  slowMs: 120_000,
};
/** Largest frame of a page; a larger one ends its socket with 1009. */
const FRAME_BYTES = 1024 * 1024;

export interface TerminalDeps extends AccessDeps {
  readonly log: Log;
  readonly limits?: Partial<TerminalLimits>;
}

export interface Terminals {
  /** Takes the socket over; false when this is no terminal. Throws Refusal when there are too many. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  readonly count: number;
  /** Ends each with 1001 and waits, not for long, until all are gone. Twice is harmless. */
  close(): Promise<void>;
}

export function createTerminals(deps: TerminalDeps): Terminals {
  const limits = { ...usual, ...deps.limits };
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: FRAME_BYTES,
    handleProtocols: (offered) => offered.has(V2) && V2,
  });
  const open = createAlive(limits.pingMs);
  const counts = new Map<string, number>();
  let closing = false;

  const accept = (socket: WebSocket, request: IncomingMessage, asked: Asked) => {
    const page = openPageSocket(socket, limits.slowMs);
    open.add(socket, page.end);
    void serve({ ...deps, limits, counts }, { page, request, asked, isV2: socket.protocol === V2 });
  };

  return {
    upgrade(request, socket, head) {
      const { path, query } = splitUrl(request.url ?? '/');
      const asked = askedOf(path, query);
      if (!asked) return false;
      if (closing || open.count >= limits.sockets) {
        throw new Refusal(503, 'TOO_MANY_TERMINALS', TOO_MANY.message, { 'retry-after': '5' });
      }
      server.handleUpgrade(request, socket, head, (made) => accept(made, request, asked));
      return true;
    },
    get count() {
      return open.count;
    },
    async close() {
      closing = true;
      await open.close();
    },
  };
}

interface Accepted {
  readonly page: PageSocket;
  readonly request: IncomingMessage;
  readonly asked: Asked;
  readonly isV2: boolean;
}

interface ServeDeps extends TerminalDeps {
  readonly limits: TerminalLimits;
  /** How many each has open. */
  readonly counts: Map<string, number>;
}

/** From the first look at who it is to the last word. */
async function serve(deps: ServeDeps, { page, request, asked, isV2 }: Accepted): Promise<void> {
  let stream: PageStream | undefined;
  let leave = () => {};
  try {
    const admitted = await admit(deps, request, asked);
    leave = enter(deps, admitted.caller.key);
    void page.over.then(whenOver(admitted.caller, () => page.fail(EXPIRED)));
    const open = (options: Parameters<typeof openStream>[2]) => {
      const made = openStream(deps.pool, admitted.caller, options);
      stream = made;
      void page.over.then(made.close).catch(() => {});
      return made.terminal;
    };
    const { helloMs } = deps.limits;
    await (isV2 ? serveV2 : serveV1)({ socket: page, asked, admitted, pool: deps.pool, helloMs, open });
  } catch (error) {
    if (!page.isOver) failed(deps, page, error);
  } finally {
    leave();
    await stream?.close().catch((error) => deps.log(bug(error)));
  }
}

function enter({ counts, limits }: ServeDeps, key: string): () => void {
  const count = counts.get(key) ?? 0;
  if (count >= limits.socketsPerCaller) throw new Ended(TOO_MANY);
  counts.set(key, count + 1);
  return () => {
    const left = counts.get(key)! - 1;
    if (left > 0) counts.set(key, left);
    else counts.delete(key);
  };
}

function failed({ log }: TerminalDeps, page: PageSocket, error: unknown): void {
  const ending = endingOf(error);
  if (!ending) log(bug(error));
  const { close, code } = ending ?? BUG;
  // Never the URL: a ticket stands in it.
  if (ending) log({ level: 'info', message: 'a terminal was ended', close, code });
  page.fail(ending ?? BUG);
}

function bug(error: unknown) {
  const { stack } = error as Error;
  return { level: 'error', message: 'a terminal failed by a bug', reason: String(error), stack } as const;
}
