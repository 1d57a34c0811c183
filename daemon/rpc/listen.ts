/** The unix socket server: lets connections in, at most so many, and sees them off. */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { RpcError, type Told } from '#protocol';
import { frame } from '#protocol/frames';
import { unaudited } from './auditor.js';
import { type Connection, type ConnectionDeps, openConnection } from './connection.js';
import { type Door, openDoor } from './door.js';
import type { Peer } from './handlers.js';
import type { Stopping } from './handshake.js';
import type { Identity } from './identity.js';
import { type Limits, withDefaults } from './limits.js';
import { unlimited } from './rates.js';
import { refusal } from './serve.js';

/** What a floor needs to be told only where somebody wants it so. */
type Optional = Pick<ConnectionDeps, 'rates' | 'auditor' | 'explain' | 'observe' | 'refused'>;

export interface ListenOptions extends Omit<ConnectionDeps, 'limits' | 'stopping' | keyof Optional>, Partial<Optional> {
  /** Where the socket file goes; its directory must exist and be private. */
  readonly path: string;
  /** Where clients look for it, when that is elsewhere: a link is made there. */
  readonly link?: string;
  /** Where clients wait already; else one is opened at the path. */
  readonly door?: Door | undefined;
  readonly limits?: Partial<Limits>;
  /** How long running requests may take to end when the daemon stops, asked for then; `DRAIN_MS` when absent. */
  readonly drainMs?: () => number;
}

export interface Listener {
  /** Connections open now, logged in or not. */
  connections(): number;
  /** Those that have logged in. */
  peers(): Peer[];
  /** Tells the connections of these peers why, and ends them. */
  end(which: (peer: Peer) => boolean, error: RpcError): void;
  /**
   * Lets no one in, tells `server/stopping` (and whether another daemon takes over), waits for running requests (at most `drainMs`, then they are
   * cancelled), then closes everything. Must not be awaited by a request handler, whose end it waits for.
   */
  stop(reason: string, restarting?: boolean): Promise<void>;
  /** Closes everything at once. Twice is harmless. */
  close(): Promise<void>;
}

export const DRAIN_MS = 30_000;
const LINGER_MS = 300;

const permissive: Optional = {
  rates: unlimited,
  auditor: unaudited,
  explain: () => undefined,
  observe() {},
  refused() {},
};

/** Resolves when clients can connect. Throws InvalidParams for a path too long, and what binding throws. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const limits = withDefaults(options.limits);
  /** In the order they came. */
  const open = new Set<Connection>();
  let stopping: Stopping | undefined;
  const deps: ConnectionDeps = {
    ...permissive,
    ...options,
    limits,
    stopping: () => stopping,
    login(credentials, connection) {
      const entered = options.login(credentials, connection);
      const check = (identity: Identity) => leaveRoom(open, identity, connection, limits.connectionsPerToken);
      return entered instanceof Promise ? entered.then(check) : check(entered);
    },
  };

  const door = options.door ?? (await openDoor(options.path, options.link));
  door.onError((error) => options.log({ level: 'error', message: 'The socket failed.', stack: error.stack }));
  door.open((socket) => {
    if (open.size >= limits.connections && !dropOldestStranger(open)) {
      deps.refused('Overloaded');
      return turnAway(socket, limits.connections);
    }
    const connection = openConnection(socket, deps);
    open.add(connection);
    void connection.closed.then(() => open.delete(connection));
  });

  let closing: Promise<void> | undefined;
  async function closeAll(): Promise<void> {
    // The file goes first: while our socket is bound its inode cannot become someone else's.
    door.removeFile();
    const ended = door.close();
    const connections = [...open];
    for (const connection of connections) connection.close('the daemon stops');
    await Promise.all(connections.map((connection) => connection.closed));
    await ended;
  }
  const close = () => (closing ??= closeAll());

  return {
    connections: () => open.size,
    peers: () => [...open].filter(({ loggedIn }) => loggedIn).map(({ peer }) => peer),
    end(which, error) {
      for (const connection of [...open]) if (which(connection.peer)) connection.refuse(error);
    },
    close,
    async stop(reason, restarting = false) {
      if (stopping) return close();
      stopping = { restarting };
      door.removeFile();
      void door.close();
      await drain([...open], { reason, restarting }, options.drainMs?.() ?? DRAIN_MS);
      // A request on its way hears that it was not begun, and goes to the next daemon.
      if (restarting) await gone([...open], LINGER_MS);
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

/** Throws Overloaded when a token has as many connections as one may have. */
function leaveRoom(open: Set<Connection>, identity: Identity, connection: string, limit: number): Identity {
  const { tokenId } = identity;
  const others = [...open].filter(({ peer }) => peer.id !== connection && peer.identity?.tokenId === tokenId);
  if (others.length < limit) return identity;
  const said = `${limit} connections use this token, no more are let in. Close some of them.`;
  throw new RpcError('Overloaded', said, { retryAfterMs: 1000, details: { limit } });
}

function turnAway(socket: Socket, limit: number): void {
  const error = new RpcError('Overloaded', `${limit} connections are open, no more are let in.`, {
    retryAfterMs: 1000,
    details: { limit },
  });
  // It may be gone already, and that is no concern of ours.
  socket.on('error', () => socket.destroy());
  socket.write(frame(refusal(null, error)));
  socket.resume();
  socket.destroySoon();
}

/** Until clients that were told have left by themselves, or had the time to. */
async function gone(connections: Connection[], ms: number): Promise<void> {
  const late = new AbortController();
  const left = Promise.all(connections.map(({ closed }) => closed));
  await Promise.race([left, sleep(ms, undefined, { signal: late.signal }).catch(() => {})]);
  late.abort();
}

async function drain(connections: Connection[], why: Told<'server/stopping'>, drainMs: number): Promise<void> {
  for (const { peer, loggedIn } of connections) if (loggedIn) peer.tell('server/stopping', why);
  const late = new AbortController();
  const idle = Promise.all(connections.map((connection) => connection.idle()));
  await Promise.race([idle, sleep(drainMs, undefined, { signal: late.signal }).catch(() => {})]);
  late.abort();
  for (const connection of connections) connection.cancelAll();
  // The library writes an answer some microtasks after its handler ended.
  await new Promise(setImmediate);
}
