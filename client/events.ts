/** Events that last: a subscription goes on at its place in the journal when the connection or the daemon is lost. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Event, EventName } from '#protocol';
import { type Backoff, createBackoff } from './backoff.js';
import type { Client } from './index.js';
import { type Loss, passes, type StandingOptions } from './standing.js';

export interface Stood {
  readonly client: Client;
  /** The newest place; what happens after it is told. */
  readonly seq: number;
  /** False when events since the last place are no longer kept: the lists must be read again. */
  readonly complete: boolean;
  /** The first time: nothing was told before. */
  readonly first: boolean;
}

export interface FollowEventsOptions {
  /** As for `followTerminal`: asked at first and after each loss; who connects closes. */
  readonly connect: StandingOptions['connect'];
  readonly names: readonly EventName[];
  /** A place in the journal to go on after, as after a loss; from now on when absent. */
  readonly since?: number;
  /** Each event once, in order. */
  onEvent(event: Event): void;
  /** The subscription stands, and what was missed has been told; waited for. Reading lists here misses nothing. */
  onStand(stood: Stood): Promise<void> | void;
  /** Nothing is told until it stands again. */
  onAway(loss: Loss): void;
  /** From 0 up to 1; for tests. */
  readonly random?: () => number;
}

export interface FollowedEvents {
  /** The place of the last event told. */
  readonly seq: number | undefined;
  /** Resolves once closed; rejects with what waiting cannot change, and where nothing stood before with anything. */
  readonly over: Promise<void>;
  /** Nothing is told any more. The connection stays open. */
  close(): void;
}

const BACKOFF_MS = { firstMs: 25, mostMs: 2000 };

/** Follows until it is closed, however often the daemon is lost. */
export function followEvents(options: FollowEventsOptions): FollowedEvents {
  const ending = new AbortController();
  const { signal } = ending;
  const backoff = createBackoff({ ...BACKOFF_MS, ...(options.random && { random: options.random }) });
  const place = { seq: options.since };
  const stand = async (loss: Loss | undefined) => {
    const subscription = await subscribe(options, place, loss, signal);
    backoff.reset();
    return subscription;
  };
  const run = async () => {
    let loss: Loss | undefined = options.since === undefined ? undefined : 'lost';
    while (!signal.aborted) {
      const subscription: Subscription | undefined = loss
        ? await again(() => stand(loss), backoff, signal)
        : await stand(loss);
      loss = await subscription?.lost;
      if (loss && !signal.aborted) options.onAway(loss);
    }
  };
  return {
    get seq() {
      return place.seq;
    },
    over: run(),
    close: () => ending.abort(),
  };
}

/** Tries until it stands; undefined when it is over before. */
async function again<T>(stand: () => Promise<T>, backoff: Backoff, signal: AbortSignal): Promise<T | undefined> {
  while (!signal.aborted) {
    // Aborting ends the wait early, and with it the loop.
    await delay(backoff.next(), undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    try {
      return await stand();
    } catch (error) {
      if (!passes(error)) throw error;
    }
  }
  return undefined;
}

interface Subscription {
  /** As `lossOf`. */
  readonly lost: Promise<Loss | undefined>;
}

/** Undefined when it is over before it stands. */
async function subscribe(
  { connect, names, onEvent, onStand }: FollowEventsOptions,
  place: { seq: number | undefined },
  loss: Loss | undefined,
  signal: AbortSignal,
): Promise<Subscription | undefined> {
  const client = await connect(loss, signal);
  if (signal.aborted) return undefined;
  const since = place.seq;
  const take = (name: EventName) =>
    client.on(name, ({ seq, at, ...params }) => {
      // Another subscription of this connection may tell more.
      if (place.seq !== undefined && seq <= place.seq) return;
      place.seq = seq;
      onEvent({ seq, at, name, params });
    });
  const leaves = names.map(take);
  const failed = new AbortController();
  const lost = lossOf(client, AbortSignal.any([signal, failed.signal])).finally(() => {
    for (const leave of leaves) leave();
  });
  try {
    const { seq, complete } = await client.call('event/subscribe', {
      names: [...names],
      ...(since !== undefined && { since }),
    });
    // Behind the place that was asked for when the journal is another one.
    place.seq = complete ? Math.max(seq, place.seq ?? seq) : seq;
    if (signal.aborted) return undefined;
    await onStand({ client, seq, complete, first: loss === undefined });
    return { lost };
  } catch (error) {
    failed.abort();
    throw error;
  }
}

/** Resolves when the connection is gone, with why; with nothing when it is not wanted any more. */
function lossOf(client: Client, signal: AbortSignal): Promise<Loss | undefined> {
  let loss: Loss = 'lost';
  return new Promise<Loss | undefined>((resolve) => {
    const leaveStopping = client.on('server/stopping', ({ restarting }) => {
      if (!restarting) loss = 'stopping';
    });
    const leaveClose = client.onClose(() => end(loss));
    const end = (how: Loss | undefined) => {
      leaveStopping();
      leaveClose();
      signal.removeEventListener('abort', abort);
      resolve(how);
    };
    const abort = () => end(undefined);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
