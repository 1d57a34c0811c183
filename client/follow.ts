/** A terminal that lasts: its stream goes on, at the next byte where it can, when the connection or the daemon is lost. */
import { RpcError } from '#protocol/errors';
import { createBackoff } from './backoff.js';
import { bytesOf } from './bytes.js';
import type { Client } from './index.js';
import type { Place } from './intake.js';
import { createStanding, type Loss, lossOf, type Standing, type StandingOptions } from './standing.js';
import { type OpenOptions, openTerminal, type Terminal, type TerminalEvent } from './terminal.js';
import { createTyping } from './typing.js';

export type FollowedEvent =
  | Exclude<TerminalEvent, { readonly type: 'closed' }>
  /** The last event. `cause` is why the last attempt to come back failed, where coming back was given up. */
  | {
      readonly type: 'closed';
      readonly reason: Extract<TerminalEvent, { readonly type: 'closed' }>['reason'];
      readonly cause?: unknown;
    }
  /** Nothing comes until `back`; `stopping` when the daemon told that it stops. */
  | { readonly type: 'away'; readonly reason: Loss }
  /** With `resumed` the next byte follows; otherwise one gap, unless it was told before, and one snapshot with `reset`. */
  | { readonly type: 'back'; readonly resumed: boolean };

/** How the first stream began. */
export type Opened = Pick<Terminal, 'epoch' | 'offset' | 'resumed' | 'cols' | 'rows' | 'owner'>;

/** `resume` is for the first stream. When it goes on elsewhere, a gap and a snapshot with `reset` are the first events. */
export interface FollowOptions extends OpenOptions {
  /**
   * Asked for a connection at first and after each loss. Who connects closes: no connection is closed from here. Several
   * terminals may share one (`createShared`). After a loss Unavailable, Timeout and Overloaded are tried again; other
   * errors, and any at first, are the end. The signal is aborted when the connection is not wanted any more.
   */
  readonly connect: StandingOptions['connect'];
  /** Opens each stream, in the place of `openTerminal`. */
  readonly open?: typeof openTerminal;
  /** Ends it as `close()` does. */
  readonly signal?: AbortSignal;
  /** How long to try after a loss; without end when absent. */
  readonly giveUpMs?: number;
  /** From 0 up to 1; for tests. */
  readonly random?: () => number;
}

/** For one consumer, of the events or of the bytes. Breaking out of the loop closes it. */
export interface FollowedTerminal extends AsyncIterable<FollowedEvent> {
  readonly sessionId: string;
  /** Settles once the first stream stands; rejects with why there is none. */
  readonly opened: Promise<Opened>;
  /** No stream stands, at first or after a loss. */
  readonly away: boolean;
  /** Bytes given to `write` that the daemon has not yet confirmed. */
  readonly unsentBytes: number;
  /** The last event, once the consumer has it. */
  readonly end: Extract<FollowedEvent, { readonly type: 'exit' | 'closed' }> | undefined;
  /**
   * To be written to a terminal as they come: the screen, after a reset where it replaces another, and output. Ends
   * with the last event, which `end` then is.
   */
  bytes(): AsyncGenerator<Uint8Array>;
  /**
   * In the order given, each byte at most once: while away it waits, but what was on its way when the connection was
   * lost is never sent again. Throws Unavailable for that, Overloaded when too much waits, Forbidden on a read-only
   * stream, Gone after the end, Cancelled when closed before it was sent.
   */
  write(data: Uint8Array | string): Promise<void>;
  /** While away the latest size is kept for the way back. Throws Forbidden on a read-only stream. */
  resize(cols: number, rows: number): Promise<void>;
  /** Takes the session's size from whoever owns it; while away, nothing. Throws as `Terminal.focus`. */
  focus(): Promise<void>;
  /** The session goes on. Closing twice is harmless. */
  close(): Promise<void>;
}

const BACKOFF_MS = { firstMs: 25, mostMs: 2000 };
/** Typed while away, and then? No more is taken. */
const WAITING_BYTES = 1024 * 1024;

/**
 * Follows a session's screen for as long as there is one. Output is acknowledged when the consumer asks for the next
 * event, as `openTerminal` does. The iterator throws what ends it besides: what the first opening fails with, later
 * NotFound, Conflict, Gone, Forbidden and whatever else waiting cannot change, and a hole in the stream.
 */
export function followTerminal(options: FollowOptions): FollowedTerminal {
  const { connect, signal, giveUpMs, random, sessionId, mode } = options;
  const stream = createSizedOpening(options);
  const backoff = createBackoff({ ...BACKOFF_MS, ...(random && { random }) });
  const standing = createStanding({ connect, open: stream.open, backoff, steadyMs: BACKOFF_MS.mostMs, giveUpMs });
  const typing = createTyping((bytes) => typeOnce(standing, bytes));
  const close = () => {
    signal?.removeEventListener('abort', abort);
    return standing.close();
  };
  const abort = () => void close().catch(() => {});
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  const opened = standing.stands().then(factsOf);
  // Who reads the events is told too.
  opened.catch(() => {});
  let end: FollowedTerminal['end'];

  async function* events(): AsyncGenerator<FollowedEvent> {
    try {
      for await (const event of eventsOf(standing, options.resume)) {
        if (event.type === 'exit' || event.type === 'closed') end = event;
        yield event;
      }
    } finally {
      await close();
    }
  }

  return {
    sessionId,
    opened,
    get away() {
      return standing.away;
    },
    get unsentBytes() {
      return typing.unsentBytes;
    },
    get end() {
      return end;
    },
    [Symbol.asyncIterator]: events,
    bytes: () => bytesOf(events()),
    async write(data) {
      if (mode === 'ro') throw readOnly();
      const more = Buffer.byteLength(data);
      if (standing.away && typing.unsentBytes + more > WAITING_BYTES) throw tooMuchWaits(typing.unsentBytes, more);
      await typing.write(data);
    },
    async resize(cols, rows) {
      if (mode === 'ro') throw readOnly();
      stream.setSize(cols, rows);
      await standing.current?.resize(cols, rows).catch(ignoreLoss);
    },
    async focus() {
      await standing.current?.focus().catch(ignoreLoss);
    },
    close,
  };
}

const factsOf = ({ epoch, offset, resumed, cols, rows, owner }: Terminal): Opened => ({
  ...{ epoch, offset, resumed },
  ...{ cols, rows, owner },
});

/** Opens streams in the latest size. */
function createSizedOpening(options: FollowOptions) {
  const { sessionId, mode, cols, rows, scrollback, open = openTerminal } = options;
  const unchanging = { sessionId, ...(mode && { mode }), ...(scrollback !== undefined && { scrollback }) };
  let size: Pick<OpenOptions, 'cols' | 'rows'> = { ...(cols && { cols }), ...(rows && { rows }) };
  return {
    setSize(cols: number, rows: number) {
      size = { cols, rows };
    },
    async open(client: Client, resume: Place | undefined = options.resume): Promise<Terminal> {
      const asked = size;
      const terminal = await open(client, { ...unchanging, ...asked, ...(resume && { resume }) });
      const { cols, rows } = size;
      if (size !== asked && cols && rows) terminal.resize(cols, rows).catch(ignoreLoss);
      return terminal;
    },
  };
}

/** One stream after the other. */
async function* eventsOf(standing: Standing, first: Place | undefined): AsyncGenerator<FollowedEvent> {
  let last: Terminal | undefined;
  let stood = first;
  let gapTold = false;
  for (;;) {
    const next = await standing.next();
    if ('refusal' in next) {
      if (next.error) throw next.error;
      if (next.event) yield next.event;
      return;
    }
    if (last) yield { type: 'back', resumed: next.resumed };
    stood = last ?? stood;
    const replaces = stood !== undefined && !next.resumed;
    if (stood && replaces && !gapTold) yield { type: 'gap', from: stood.offset, to: next.offset };
    last = next;
    for await (const event of next) {
      const loss = lossOf(event);
      if (loss) {
        yield { type: 'away', reason: loss };
        break;
      }
      gapTold = event.type === 'gap';
      yield replaces && event.type === 'snapshot' ? { ...event, reset: true } : event;
      if (event.type === 'exit' || event.type === 'closed') return;
    }
  }
}

/** Sends bytes by the stream that stands. They go to another one only when it is certain that they were not typed. */
async function typeOnce(standing: Standing, bytes: Uint8Array): Promise<void> {
  for (;;) {
    const terminal = await standing.stands();
    try {
      return await terminal.write(bytes);
    } catch (error) {
      if (!(error instanceof RpcError && (error.kind === 'NotFound' || error.data.code === 'NOT_CONNECTED')))
        throw error;
      await terminal.ended;
    }
  }
}

/** The next stream is opened in the size asked for. */
function ignoreLoss(error: unknown): void {
  if (!(error instanceof RpcError) || !['NotFound', 'Gone', 'Unavailable'].includes(error.kind)) throw error;
}

function readOnly(): RpcError {
  return new RpcError('Forbidden', 'This terminal was opened read-only. Use mode "rw" to type or resize.');
}

function tooMuchWaits(waiting: number, more: number): RpcError {
  const message = `${waiting} bytes wait for the daemon to come back and ${more} more would be over ${WAITING_BYTES}.`;
  return new RpcError('Overloaded', `${message} Write again after the event "back".`, { code: 'TOO_MUCH_WAITS' });
}
