/** The life of one connection, from its socket to its end. */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node';
import { RpcError } from '#protocol';
import { frame } from '#protocol/frames';
import type { Auditor } from './auditor.js';
import type { Id } from './guard.js';
import type { Peer } from './handlers.js';
import { createHandshake, type HandshakeDeps } from './handshake.js';
import { createInFlight, type InFlight } from './inflight.js';
import type { Lock } from './locks.js';
import { createPeer } from './peer.js';
import type { Rates } from './rates.js';
import { createReader, type Reader } from './reader.js';
import { type Answered, type Log, refusal, type ServeDeps, serve } from './serve.js';
import { createWriter, type Writer } from './writer.js';

export interface ConnectionDeps extends HandshakeDeps {
  readonly lock: Lock;
  readonly log: Log;
  readonly rates: Rates;
  readonly auditor: Auditor;
  readonly explain: ServeDeps['explain'];
  readonly observe: (answered: Answered) => void;
  /** Told the code of each refusal of something that was not served as a request. */
  readonly refused: (code: string) => void;
}

export interface Connection {
  readonly peer: Peer;
  readonly loggedIn: boolean;
  /** Resolves when no request is without an answer, at once if none is. */
  idle(): Promise<void>;
  /** Cancels what runs; each request is answered with Cancelled. */
  cancelAll(): void;
  /** Says why, and ends it. */
  refuse(error: RpcError): void;
  /** Ends it: handlers are aborted, what was sent is flushed for at most a second. Twice is harmless. */
  close(reason: string): void;
  /** Resolves when the socket is gone. */
  readonly closed: Promise<void>;
}

/** Takes the socket over. The connection ends with the stream, a half-close included: half-closed sockets lose answers. */
export function openConnection(socket: Socket, deps: ConnectionDeps): Connection {
  const { limits, log } = deps;
  const id = randomUUID();
  const inFlight = createInFlight(limits.requestsInFlight);
  let gone = false;

  const writer = createWriter(socket, limits.outboundHardBytes, () => {
    log({ level: 'warn', message: 'A client does not read; its connection was ended.', connection: id });
    socket.destroy();
  });
  const refuse = (to: Id | null, error: RpcError) => {
    deps.refused(error.data.code!);
    writer.send(frame(refusal(to, error)));
  };
  const end = (error: RpcError) => {
    refuse(null, error);
    close(error.message);
  };
  const reader = createReader({
    socket,
    limits,
    inFlight,
    together: writer.together,
    refuse,
    broken: end,
    exit: () => close('exit'),
  });
  const rpc = join(reader, writer, inFlight, log);
  const deadline = setTimeout(
    () => end(new RpcError('Timeout', `Not logged in within ${limits.handshakeMs} ms.`)),
    limits.handshakeMs,
  );
  const handshake = createHandshake(deps, {
    connectionId: id,
    loggedIn() {
      clearTimeout(deadline);
      reader.trust();
    },
    // The library sends the refusal after this turn.
    givenUp: () => void setImmediate(() => close('too many failed logins')),
    left: () => inFlight.cancelAll(),
  });
  const { peer, ended } = createPeer(id, writer, () => handshake.identity);

  function close(reason: string): void {
    if (gone) return;
    gone = true;
    log({ level: 'debug', message: 'connection closed', connection: id, reason });
    clearTimeout(deadline);
    inFlight.cancelAll();
    rpc.dispose();
    ended();
    inFlight.onIdle?.();
    flushAndDestroy(socket);
  }

  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('end', () => close('end of stream'));
  socket.on('error', (error) => close(error.message));
  socket.on('close', () => close('closed'));
  const answer = serve({ ...deps, peer, inFlight, bodyBytes: limits.bodyBytes, handlerOf: handshake.handlerOf });
  rpc.onRequest(answer);
  rpc.listen();

  return {
    peer,
    closed,
    close,
    refuse: end,
    cancelAll: () => inFlight.cancelAll(),
    get loggedIn() {
      return handshake.identity !== undefined;
    },
    idle: () => (gone ? Promise.resolve() : idle(inFlight)),
  };
}

function idle(inFlight: InFlight): Promise<void> {
  if (inFlight.unanswered === 0) return Promise.resolve();
  return new Promise((resolve) => {
    inFlight.onIdle = resolve;
  });
}

/** vscode-jsonrpc between our reader and writer, with our requests as its cancellation sources. */
function join(reader: Reader, writer: Writer, inFlight: InFlight, log: Log): MessageConnection {
  const note = (message: string) => log({ level: 'warn', message });
  return createMessageConnection(
    reader,
    writer,
    { error: note, warn: note, info() {}, log() {} },
    {
      cancellationStrategy: {
        receiver: { kind: 'request', createCancellationTokenSource: ({ id }) => inFlight.find(id!)! },
        sender: { sendCancellation: () => Promise.resolve(), cleanup() {} },
      },
    },
  );
}

/** How long bytes already sent may take to leave after the end. */
const FLUSH_MS = 1000;

function flushAndDestroy(socket: Socket): void {
  if (socket.destroyed) return;
  const last = setTimeout(() => socket.destroy(), FLUSH_MS);
  socket.once('close', () => clearTimeout(last));
  socket.destroySoon();
}
