/** A typed connection to the daemon. */
import { createConnection, type Socket } from 'node:net';
import type { MethodName, NotificationName, Params, Result, Scope, Told } from '#protocol';
import { RpcError } from '#protocol/errors';
import { SOCKET_PATH_BYTES } from '#protocol/paths';
import { type Calls, createCalls, lost } from './calls.js';

export {
  type FollowedEvent,
  type FollowedTerminal,
  type FollowOptions,
  followTerminal,
  type Opened,
} from './follow.js';
export { callThrough } from './handover.js';
export { createShared, type Shared } from './shared.js';
export { type OpenOptions, openTerminal, type Terminal, type TerminalEvent } from './terminal.js';

export interface CallOptions {
  /** Aborting sends `$/cancelRequest`; the call then fails with Cancelled. */
  readonly signal?: AbortSignal;
  /** Fails with Timeout (and cancels) when no answer came in time. */
  readonly timeoutMs?: number;
}

export interface Client {
  readonly user: string;
  /** What its token may do, with all that is implied. */
  readonly scopes: readonly Scope[];
  readonly connectionId: string;
  readonly serverInfo: { readonly name: string; readonly version: string };
  /** Throws RpcError: the daemon's own, or Unavailable when the connection ends before the answer. */
  call<M extends MethodName>(method: M, params: Params<M>, options?: CallOptions): Promise<Result<M>>;
  /** Returns the way out. */
  on<N extends NotificationName>(name: N, listener: (told: Told<N>) => void): () => void;
  /** Called once when the connection is gone, also after `close()`; at once when it is gone already. */
  onClose(listener: () => void): () => void;
  close(): void;
}

export interface ConnectOptions extends CallOptions {
  readonly socketPath: string;
  /** The content of the token file; a function is asked only once the socket has answered, and again when it was replaced. */
  readonly token: string | (() => string);
  /** For whom to act; only the bridge's token may say so. */
  readonly user?: string;
  readonly clientInfo?: { readonly name: string; readonly version?: string };
}

/**
 * Opens the socket and logs in. `signal` and `timeoutMs` (10 s unless told) bound the opening only.
 * Throws Unavailable (its `data.code` is the system's, such as ECONNREFUSED), Unauthorized, Timeout or Cancelled.
 */
export async function connect(options: ConnectOptions): Promise<Client> {
  const { socketPath, token, user: wanted, clientInfo, signal, timeoutMs = 10_000 } = options;
  const limits = { timeoutMs, ...(signal && { signal }) };
  const socket = await dial(socketPath, signal);
  const calls = createCalls(socket);
  try {
    const given = { ...(wanted !== undefined && { user: wanted }), ...(clientInfo && { clientInfo }) };
    const params = { token: typeof token === 'string' ? token : token(), ...given };
    const { user, scopes, connectionId, serverInfo } = await calls.call('initialize', params, limits);
    calls.notify('initialized', {});
    if (typeof token !== 'string') goOn(calls, token);
    return clientOf(calls, { user, scopes, connectionId, serverInfo });
  } catch (error) {
    calls.close();
    throw error;
  }
}

/** A token that was replaced is read again, and the connection goes on with the new one. */
function goOn({ call, on }: Calls, token: () => string): void {
  on('auth/rotated', () => {
    // Should it fail, the connection ends with the old one, and whoever connects again reads the new one.
    Promise.resolve()
      .then(() => call('auth/refresh', { token: token() }))
      .catch(() => {});
  });
}

function clientOf(
  { call, on, onClose, close }: Calls,
  facts: Pick<Client, 'user' | 'scopes' | 'connectionId' | 'serverInfo'>,
): Client {
  return { ...facts, call, on, onClose, close };
}

function dial(path: string, signal: AbortSignal | undefined): Promise<Socket> {
  if (Buffer.byteLength(path) > SOCKET_PATH_BYTES) {
    throw new RpcError('Unavailable', `The socket path ${path} is longer than ${SOCKET_PATH_BYTES} bytes.`, {
      code: 'ENAMETOOLONG',
    });
  }
  if (signal?.aborted) throw new RpcError('Cancelled', 'The connection was not wanted any more.');
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path });
    const abort = () => socket.destroy(new RpcError('Cancelled', 'The connection was not wanted any more.'));
    const done = () => {
      signal?.removeEventListener('abort', abort);
      socket.removeAllListeners('error');
    };
    signal?.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => {
      done();
      resolve(socket);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      done();
      reject(error instanceof RpcError ? error : lost(`No daemon answers at ${path}.`, error.code));
    });
  });
}
