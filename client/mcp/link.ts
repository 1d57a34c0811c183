/** What the adapter has of the daemon: calls and events that go on over the loss of a connection. */
import type { Event, EventName, MethodName, Params, Result } from '#protocol';
import { type FollowedEvents, followEvents } from '../events.js';
import { type CallOptions, type Client, callThrough, createShared } from '../index.js';

export interface Link {
  /** Throws what the daemon says; Unavailable while it cannot be reached. */
  call<M extends MethodName>(method: M, params: Params<M>, options?: CallOptions): Promise<Result<M>>;
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
}

/** `connect` is asked at the first use, and again once its connection is gone. */
export function createLink(connect: () => Promise<Client>): Link {
  const shared = createShared(connect);
  const client = () => shared.client();
  return {
    call: (method, params, options) => callThrough(client, method, params, options),
    client,
    follow: (names, { onEvent, onGap }) =>
      followEvents({
        connect: client,
        names,
        onEvent,
        onAway: () => {},
        onStand: ({ complete, first }) => {
          if (!first && !complete) onGap();
        },
      }),
    close: () => shared.close(),
  };
}
