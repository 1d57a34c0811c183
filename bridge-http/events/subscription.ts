/** The one subscription of a caller's connection: every event once and in order, also when the daemon was away. */
import { setTimeout } from 'node:timers/promises';
import type { Client } from '#client';
import { RpcError } from '#protocol/errors';
import { createBackoff } from '../../client/backoff.js';
import type { Caller } from '../identity/caller.js';
import type { Pool } from '../identity/pool.js';
import { eventNames, type Item, itemOf, resyncAt } from './item.js';

export interface Subscription {
  /** The place up to which all was told, once there is a connection. Rejects when an attempt failed, and at the end. */
  stands(): Promise<number>;
  /** Resolves with why it ended: closed, or refused by the daemon. */
  readonly ended: Promise<unknown>;
  close(why: RpcError): void;
}

export interface SubscriptionOptions {
  readonly pool: Pool;
  readonly caller: Caller;
  readonly tell: (item: Item) => void;
}

export const BACKOFF_MS = { firstMs: 25, mostMs: 2000 };
const ANSWER_MS = 10_000;

export function openSubscription({ pool, caller, tell }: SubscriptionOptions): Subscription {
  const ending = new AbortController();
  const { signal } = ending;
  const end = createPromise<unknown>();
  let place: number | undefined;
  let standing = createPromise<number>();
  let subscribed: Client | undefined;

  const hear = (name: string, params: { readonly seq: number }) => {
    if (place !== undefined && params.seq <= place) return;
    place = params.seq;
    tell(itemOf({ seq: params.seq, name, params: { ...params } }));
  };
  const finish = (why: unknown) => {
    if (signal.aborted) return;
    // At once, before another may subscribe: the connection serves requests too. Should it fail, it is gone.
    subscribed?.call('event/unsubscribe', {}).catch(expected);
    ending.abort();
    standing.reject(why);
    end.resolve(why);
  };
  /** Resolves when the connection is lost or the subscription not wanted any more. */
  const follow = async (client: Client) => {
    const offs = eventNames.map((name) => client.on(name, (told) => hear(name, told)));
    try {
      const since = place === undefined ? {} : { since: place };
      const { seq, complete } = await client.call('event/subscribe', since, { timeoutMs: ANSWER_MS, signal });
      // What was missed came before the answer, what is new comes after it; places of another journal mean nothing.
      place = seq;
      if (!complete) tell(resyncAt(seq));
      subscribed = client;
      standing.resolve(seq);
      await endOf(client, signal);
    } finally {
      subscribed = undefined;
      for (const off of offs) off();
    }
  };
  const run = async () => {
    const backoff = createBackoff(BACKOFF_MS);
    while (!signal.aborted) {
      try {
        const { client, release } = await pool.hold(caller);
        await follow(client).finally(release);
        backoff.reset();
      } catch (error) {
        if (!isPassing(error)) throw error;
        standing.reject(error);
      }
      if (signal.aborted) return;
      standing = createPromise();
      await setTimeout(backoff.next(), undefined, { signal }).catch(expected);
    }
  };
  run().catch(finish);

  return {
    stands: () => standing.promise.then((seq) => place ?? seq),
    ended: end.promise,
    close: finish,
  };
}

const passing: readonly string[] = ['Unavailable', 'Timeout', 'Overloaded', 'RateLimited'];

/** Whether it is worth another attempt. */
export function isPassing(error: unknown): boolean {
  return error instanceof RpcError && passing.includes(error.kind);
}

/** An attempt that failed, a wait that was cut short. */
export function expected(error: unknown): void {
  if (!(error instanceof RpcError) && (error as Error).name !== 'AbortError') throw error;
}

function endOf(client: Client, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      off();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const off = client.onClose(done);
    if (signal.aborted) done();
    else signal.addEventListener('abort', done, { once: true });
  });
}

/** Nobody need wait for it. */
function createPromise<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((...both) => {
    [resolve, reject] = both;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}
