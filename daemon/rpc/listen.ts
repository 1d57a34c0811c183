/** The unix socket server: lets connections in, at most so many, and sees them off. */
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { RpcError } from '#protocol';
import { frame } from '#protocol/frames';
import { type Connection, type ConnectionDeps, openConnection } from './connection.js';
import { type Limits, withDefaults } from './limits.js';
import { refusal } from './serve.js';
import { bindSocket } from './socket.js';

export interface ListenOptions extends Omit<ConnectionDeps, 'limits' | 'stopping'> {
  /** Where the socket file goes; its directory must exist and be private. */
  readonly path: string;
  readonly limits?: Partial<Limits>;
  /** How long running requests may take to end when the daemon stops. */
  readonly drainMs?: number;
}

export interface Listener {
  /** Connections open now, logged in or not. */
  connections(): number;
  /**
   * Lets no one in, tells `server/stopping`, waits for running requests (at most `drainMs`, then they are cancelled), then
   * closes everything. Must not be awaited by a request handler, whose end it waits for.
   */
  stop(reason: string): Promise<void>;
  /** Closes everything at once. Twice is harmless. */
  close(): Promise<void>;
}

/** Resolves when clients can connect. Throws InvalidParams for a path too long, and what binding throws. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const limits = withDefaults(options.limits);
  /** In the order they came. */
  const open = new Set<Connection>();
  let stopping = false;
  const deps: ConnectionDeps = { ...options, limits, stopping: () => stopping };

  const server = createServer((socket) => {
    if (open.size >= limits.connections && !dropOldestStranger(open)) return turnAway(socket, limits.connections);
    const connection = openConnection(socket, deps);
    open.add(connection);
    void connection.closed.then(() => open.delete(connection));
  });
  const removeFile = await bindSocket(server, options.path);
  server.on('error', (error) => options.log({ level: 'error', message: 'The socket failed.', stack: error.stack }));

  let closing: Promise<void> | undefined;
  async function closeAll(): Promise<void> {
    // The file goes first: while our socket is bound its inode cannot become someone else's.
    removeFile();
    const ended = closeServer(server);
    const connections = [...open];
    for (const connection of connections) connection.close('the daemon stops');
    await Promise.all(connections.map((connection) => connection.closed));
    await ended;
  }
  const close = () => (closing ??= closeAll());

  return {
    connections: () => open.size,
    close,
    async stop(reason) {
      if (stopping) return close();
      stopping = true;
      removeFile();
      void closeServer(server);
      await drain([...open], reason, options.drainMs ?? 30_000);
      await close();
    },
  };
}

/** A crowd that never logs in must not keep others out, so its first one leaves. */
function dropOldestStranger(open: Set<Connection>): boolean {
  for (const connection of open) {
    if (connection.loggedIn) continue;
    open.delete(connection);
    connection.close('made room for another connection');
    return true;
  }
  return false;
}

function turnAway(socket: Socket, limit: number): void {
  const error = new RpcError('Overloaded', `${limit} connections are open, no more are let in.`, {
    retryAfterMs: 1000,
  });
  // It may be gone already, and that is no concern of ours.
  socket.on('error', () => socket.destroy());
  socket.write(frame(refusal(null, error)));
  socket.resume();
  socket.destroySoon();
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

async function drain(connections: Connection[], reason: string, drainMs: number): Promise<void> {
  for (const { peer, loggedIn } of connections) if (loggedIn) peer.tell('server/stopping', { reason });
  const late = new AbortController();
  const idle = Promise.all(connections.map((connection) => connection.idle()));
  await Promise.race([idle, sleep(drainMs, undefined, { signal: late.signal }).catch(() => {})]);
  late.abort();
  for (const connection of connections) connection.cancelAll();
  // The library writes an answer some microtasks after its handler ended.
  await new Promise(setImmediate);
}
