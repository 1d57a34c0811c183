/** Keeps a stream standing: opens it, and opens it again where it stopped whenever its connection is lost. */
import { setTimeout as delay } from 'node:timers/promises';
import { type ErrorKind, RpcError } from '#protocol/errors';
import type { Backoff } from './backoff.js';
import { lost } from './calls.js';
import type { Client } from './index.js';
import type { Place } from './intake.js';
import type { Terminal, TerminalEnd } from './terminal.js';

/** Why a stream has to be opened again: its connection ended, or the daemon told that it stops. */
export type Loss = 'lost' | 'stopping';

export interface StandingOptions {
  /** The loss is undefined at the first time. The signal is aborted when nobody wants the connection any more. */
  readonly connect: (loss: Loss | undefined, signal: AbortSignal) => Promise<Client>;
  readonly open: (client: Client, resume: Place | undefined) => Promise<Terminal>;
  readonly backoff: Backoff;
  /** A stream that stood this long begins with the first wait again when it is lost. */
  readonly steadyMs: number;
  /** How long to try after a loss; without end when undefined. */
  readonly giveUpMs: number | undefined;
}

/** The end of it all. */
export interface Over {
  /** Told when no connection came in time. */
  readonly event?: { readonly type: 'closed'; readonly reason: Loss; readonly cause: unknown };
  /** Thrown to the reader. */
  readonly error?: unknown;
  /** Thrown to writers. */
  readonly refusal: unknown;
}

const passing: ReadonlySet<ErrorKind> = new Set(['Unavailable', 'Timeout', 'Overloaded']);

/** Worth another attempt; anything else said on the way is final. */
export function passes(error: unknown): boolean {
  return error instanceof RpcError && passing.has(error.kind);
}

export type Standing = ReturnType<typeof createStanding>;

/**
 * Begins at once, and goes on by itself: a reader who is busy does not hold up the next stream. At most two streams
 * hold output, the one being read and the newest.
 */
export function createStanding(options: StandingOptions) {
  const ending = new AbortController();
  let current: Terminal | undefined;
  let unread: Terminal | undefined;
  let read: Terminal | undefined;
  let over: Over | undefined;
  let change = createSignal();
  const changed = () => {
    change.give();
    change = createSignal();
  };
  const finish = (how: Over) => {
    if (over) return;
    over = how;
    ending.abort();
    changed();
  };

  const run = async () => {
    let loss: Loss | undefined;
    let place: Place | undefined;
    let free = Promise.resolve();
    for (;;) {
      const stood = await stand(options, { loss, place, free, signal: ending.signal, finish });
      if (!stood || over) return void stood?.terminal.close().catch(() => {});
      const { terminal, client } = stood;
      const since = performance.now();
      current = unread = terminal;
      changed();
      const end = await terminal.ended;
      current = undefined;
      loss = lossOf(end);
      if (!loss) return finish({ refusal: ended(end) });
      if (performance.now() - since >= options.steadyMs) options.backoff.reset();
      // What nobody began to read comes again.
      if (unread === terminal) unread = undefined;
      else place = terminal.received;
      // A daemon that stops lets no one in; the end of the connection says that it is done.
      if (loss === 'stopping') free = closeOf(client);
    }
  };
  run().catch((error) => finish({ error, refusal: error }));

  return {
    get current() {
      return current;
    },
    /** Before the first stream and between two. */
    get away() {
      return !current && !over;
    },
    /** For the reader: the newest stream, when it has come to the end of the last one; else how it ended. */
    async next(): Promise<Terminal | Over> {
      while (!unread && !over) await change.given;
      if (!unread) return over!;
      read = unread;
      unread = undefined;
      return read;
    },
    /** For writers: the stream that stands, waited for. Throws when there will be none. */
    async stands(): Promise<Terminal> {
      while (!current) {
        if (over) throw over.refusal;
        await change.given;
      }
      return current;
    },
    async close(): Promise<void> {
      const last = current;
      finish({ refusal: new RpcError('Cancelled', 'The terminal was closed before this was sent.') });
      for (const terminal of [read, unread]) if (terminal !== last) terminal?.close().catch(() => {});
      unread = undefined;
      await last?.close();
    },
  };
}

interface Attempt {
  readonly loss: Loss | undefined;
  readonly place: Place | undefined;
  /** Settles when trying makes sense. */
  readonly free: Promise<void>;
  readonly signal: AbortSignal;
  readonly finish: (how: Over) => void;
}

/**
 * Tries until a stream stands; undefined when it is over before. Throws what no further attempt can change, and at the
 * first time anything: who begins wants to know.
 */
async function stand(options: StandingOptions, { loss, place, free, signal, finish }: Attempt) {
  const { connect, open, backoff, giveUpMs } = options;
  const attempt = async () => {
    const client = await connect(loss, signal);
    return signal.aborted ? undefined : { client, terminal: await open(client, place) };
  };
  if (!loss) return attempt();
  let cause: unknown;
  const late = giveUpMs === undefined ? undefined : setTimeout(() => finish(gaveUp(loss, giveUpMs, cause)), giveUpMs);
  try {
    await Promise.race([free, abortOf(signal)]);
    while (!signal.aborted) {
      // Aborting ends the wait early, and with it the loop.
      await delay(backoff.next(), undefined, { signal }).catch(() => {});
      if (signal.aborted) break;
      try {
        return await attempt();
      } catch (error) {
        if (!passes(error)) throw error;
        cause = error;
      }
    }
    return undefined;
  } finally {
    clearTimeout(late);
  }
}

/** Why the stream must be opened again; undefined at an end for good. */
export function lossOf(end: { readonly type: string; readonly reason?: string } | undefined): Loss | undefined {
  if (end?.type !== 'closed') return undefined;
  return end.reason === 'lost' || end.reason === 'stopping' ? end.reason : undefined;
}

function gaveUp(loss: Loss, ms: number, cause: unknown): Over {
  const refusal = lost(`The daemon did not come back within ${ms} ms; this was not sent.`);
  return { event: { type: 'closed', reason: loss, cause }, refusal };
}

function ended(end: TerminalEnd | undefined): RpcError {
  const how = end?.type === 'exit' ? 'its program has ended' : `the daemon says "${end?.reason ?? 'closed'}"`;
  return new RpcError('Gone', `The terminal takes no more keys: ${how}.`);
}

function closeOf(client: Client): Promise<void> {
  return new Promise((resolve) => void client.onClose(resolve));
}

function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function createSignal() {
  let give = () => {};
  const given = new Promise<void>((resolve) => (give = resolve));
  return { given, give: () => give() };
}
