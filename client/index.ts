/** A typed connection to the daemon. */
import type { MethodName, NotificationName, Params, Result, Scope, Told } from '#protocol';
import { RpcError } from '#protocol/errors';
import { PROTOCOL_VERSION } from '#protocol/version';
import { LOGIN_MS, misfit, silent } from './agree.js';
import { type Calls, createCalls } from './calls.js';
import { type Dial, dialSocket } from './dial.js';

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
  /** The session whose own token it is; null for any other. */
  readonly sessionId: string | null;
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

interface Login extends CallOptions {
  /**
   * The content of the token file; a function is asked only once the socket has answered, and again when it was replaced.
   * None where somebody on the way logs in for us.
   */
  readonly token?: string | (() => string);
  /** For whom to act; only the bridge's token may say so. */
  readonly user?: string;
  readonly clientInfo?: { readonly name: string; readonly version?: string };
}

/** The daemon's socket, or whatever opens a stream to it. */
export type ConnectOptions = Login & ({ readonly socketPath: string } | { readonly dial: Dial });

/**
 * Opens a stream and logs in. `signal` and `timeoutMs` (10 s unless told) bound the opening only.
 * Throws Unavailable (its `data.code` is the system's, such as ECONNREFUSED), Unauthorized, UnsupportedVersion, Timeout or
 * Cancelled.
 */
export async function connect(options: ConnectOptions): Promise<Client> {
  const { token, user: wanted, clientInfo, signal, timeoutMs = LOGIN_MS } = options;
  const limits = { timeoutMs, ...(signal && { signal }) };
  const dial = 'dial' in options ? options.dial : dialSocket(options.socketPath);
  const stream = await dial(signal);
  const calls = createCalls(stream);
  try {
    const given = { ...(wanted !== undefined && { user: wanted }), ...(clientInfo && { clientInfo }) };
    const shown = typeof token === 'function' ? token() : token;
    const params = { protocolVersion: PROTOCOL_VERSION, ...(shown !== undefined && { token: shown }), ...given };
    const { protocolVersion, ...facts } = await calls.call('initialize', params, limits);
    const wrong = misfit(protocolVersion);
    if (wrong) throw wrong;
    calls.notify('initialized', {});
    if (typeof token === 'function') goOn(calls, token);
    return clientOf(calls, facts);
  } catch (error) {
    calls.close();
    if (error instanceof RpcError && error.kind === 'Timeout' && 'socketPath' in options) throw silent(timeoutMs);
    // What lies between may know better why there was no answer.
    const lost = error instanceof RpcError && error.data.code === 'CONNECTION_LOST';
    throw lost && stream.errored instanceof RpcError ? stream.errored : error;
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

type Facts = Omit<Result<'initialize'>, 'protocolVersion' | 'capabilities'>;

function clientOf(
  { call, on, onClose, close }: Calls,
  { user, scopes, sessionId = null, connectionId, serverInfo }: Facts,
): Client {
  return { user, scopes, sessionId, connectionId, serverInfo, call, on, onClose, close };
}
