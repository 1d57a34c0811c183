/** What the adapter has of the daemon: calls and events that go on over the loss of a connection. */
import { randomUUID } from 'node:crypto';
import { type Event, type EventName, type MethodName, methods, type Params, type Result } from '#protocol';
import { RpcError } from '#protocol/errors';
import { type FollowedEvents, followEvents } from '../events.js';
import { type CallOptions, type Client, callThrough, createShared } from '../index.js';

export interface LinkCall extends CallOptions {
  /** Hears `$/progress` with the `progressToken` that the call is given. */
  readonly onProgress?: (value: unknown) => void;
}

export interface Link {
  /**
   * Throws what the daemon says; Unavailable while it cannot be reached. What only reads is asked again where the answer was
   * lost; parameters given as a function are made anew for that.
   */
  call<M extends MethodName>(method: M, params: Params<M> | (() => Params<M>), options?: LinkCall): Promise<Result<M>>;
  /** The connection that stands, else a new one: for what belongs to a connection, such as `$/progress`. */
  client(): Promise<Client>;
  follow(names: readonly EventName[], hearing: Hearing): FollowedEvents;
  /** Closes the connection; there is no other. Twice is harmless. */
  close(): void;
}

export interface Hearing {
  onEvent(event: Event): void;
  /** Events were missed: whatever is known may be old. */
  onGap(): void;
  /** At first, and after each loss: what happens from now on is told. */
  onStand?(): void;
}

/** How often a question is asked again: a daemon that dies of it must not be started for ever. */
const REPEATS = 2;

/** `connect` is asked at the first use, and again once its connection is gone. */
export function createLink(connect: () => Promise<Client>): Link {
  const shared = createShared(connect);
  const client = () => shared.client();
  return {
    async call(method, params, { onProgress, ...options } = {}) {
      for (let left = REPEATS; ; left--) {
        try {
          const given = typeof params === 'function' ? params() : params;
          return await (onProgress
            ? heard(client, method, given, options, onProgress)
            : callThrough(client, method, given, options));
        } catch (error) {
          if (left === 0 || methods[method].effect !== 'read' || !isLost(error)) throw error;
        }
      }
    },
    client,
    follow: (names, { onEvent, onGap, onStand }) =>
      followEvents({
        connect: client,
        names,
        onEvent,
        onAway: () => {},
        onStand: ({ complete, first }) => {
          if (!first && !complete) onGap();
          onStand?.();
        },
      }),
    close: () => shared.close(),
  };
}

/** Progress is told to the connection that asked for it. */
async function heard<M extends MethodName>(
  connect: () => Promise<Client>,
  method: M,
  params: Params<M>,
  options: CallOptions,
  onProgress: (value: unknown) => void,
): Promise<Result<M>> {
  const { progressToken } = params as { progressToken?: unknown };
  let leave = () => {};
  const hearing = async () => {
    leave();
    const client = await connect();
    leave = client.on('$/progress', ({ token, value }) => {
      if (token === progressToken) onProgress(value);
    });
    return client;
  };
  try {
    return await callThrough(hearing, method, params, options);
  } finally {
    leave();
  }
}

/**
 * Done once, even when the daemon is lost in the middle: the key tells it what it has done already. Throws CONNECTION_LOST
 * when it cannot be asked again whether it has.
 */
export async function callOnce<M extends 'session/create' | 'agent/send'>(
  link: Link,
  method: M,
  params: Params<M>,
  options: LinkCall,
): Promise<Result<M>> {
  const wanted = { ...params, idempotencyKey: randomUUID() };
  try {
    return await link.call(method, wanted, options);
  } catch (lost) {
    if (!isLost(lost)) throw lost;
    return link.call(method, wanted, options).catch((error) => {
      throw error instanceof RpcError && error.kind === 'Unavailable' ? lost : error;
    });
  }
}

/** The connection ended before the answer: it may have been done, or not. */
export function isLost(error: unknown): boolean {
  return error instanceof RpcError && error.data.code === 'CONNECTION_LOST';
}
