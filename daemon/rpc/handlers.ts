/** The shape of a handler table, and what a handler knows of its caller. */
import type { MethodName, Methods, NotificationName, Parsed, Result, Told } from '#protocol';
import type { Identity } from './identity.js';

/** One connection that has logged in, as the daemon's other parts see it. */
export interface Peer {
  readonly id: string;
  readonly user: string;
  /** Undefined before the login; another one after `auth/refresh`. */
  readonly identity: Identity | undefined;
  /** Sends one notification to this connection only. Unchecked: the types are the check. Nothing after close. */
  tell<N extends NotificationName>(name: N, params: Told<N>): void;
  /**
   * Sends one complete frame, made by `frame()`; for messages serialised once for many. Its end may be a second buffer, which
   * is kept until sent and not copied: many peers may share it, and nobody may change it. Nothing after close.
   */
  send(frame: Buffer, end?: Buffer): void;
  /** Bytes the kernel has not yet taken. */
  readonly unsent: number;
  /** Called each time `unsent` falls to zero after `send` or `tell` left bytes waiting. Returns the way out. */
  onDrain(listener: () => void): () => void;
  /** Called once, when the connection is gone. Returns the way out. */
  onClose(listener: () => void): () => void;
}

export interface Caller {
  readonly user: string;
  /** Whose token it is, and what it may do. Scope and reach of the parameters were looked at already. */
  readonly identity: Identity;
  readonly peer: Peer;
  /** Aborted when the caller cancels or its connection ends. */
  readonly signal: AbortSignal;
  /** Sends `$/progress` if the request carried a `progressToken`; otherwise does nothing. */
  progress(value: unknown): void;
}

export type Handler<M extends MethodName> = (params: Parsed<M>, caller: Caller) => Result<M> | Promise<Result<M>>;

/** One function per method of a slice: none missing, none extra. */
export type Handlers<T extends Partial<Methods> = Methods> = { readonly [M in keyof T & MethodName]: Handler<M> };
