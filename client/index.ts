/** A typed connection to the daemon. */
import type { MethodName, NotificationName, Params, Result, Told } from '#protocol';

export interface CallOptions {
  /** Aborting sends `$/cancelRequest`; the call then fails with Cancelled. */
  readonly signal?: AbortSignal;
  /** Fails with Timeout (and cancels) when no answer came in time. */
  readonly timeoutMs?: number;
}

export interface Client {
  readonly user: string;
  readonly connectionId: string;
  readonly serverInfo: { readonly name: string; readonly version: string };
  /** Throws RpcError: the daemon's own, or Unavailable when the connection ends before the answer. */
  call<M extends MethodName>(method: M, params: Params<M>, options?: CallOptions): Promise<Result<M>>;
  /** Returns the way out. */
  on<N extends NotificationName>(name: N, listener: (told: Told<N>) => void): () => void;
  /** Called once when the connection is gone, also after `close()`. */
  onClose(listener: () => void): () => void;
  close(): void;
}
