/** One viewer's stream of a session's screen: exact places, acknowledged as they are consumed. */
import type { Params, Result } from '#protocol';
import { RpcError } from '#protocol/errors';
import type { Client } from './index.js';
import { createIntake, type Place } from './intake.js';
import { createTyping } from './typing.js';

export type TerminalEvent =
  /** Bytes the program printed, `offset` being the place of the first. */
  | { readonly type: 'data'; readonly offset: number; readonly data: Uint8Array }
  /** Bytes that will not come; a snapshot with `reset` follows. */
  | { readonly type: 'gap'; readonly from: number; readonly to: number }
  /** The whole screen; output goes on at this place. With `reset` the consumer must first return its terminal to a fresh state. */
  | {
      readonly type: 'snapshot';
      readonly reset: boolean;
      readonly epoch: string;
      readonly offset: number;
      readonly data: Uint8Array;
      readonly cols: number;
      readonly rows: number;
    }
  /** The session's size, or whose it is, changed. */
  | { readonly type: 'resized'; readonly cols: number; readonly rows: number; readonly owner: boolean }
  /** The last event: the program ended by itself. */
  | { readonly type: 'exit'; readonly code: number | null }
  /** The last event: `lost` when the connection ended, otherwise the daemon's reason. */
  | { readonly type: 'closed'; readonly reason: 'suspended' | 'closed' | 'gone' | 'stopping' | 'slow' | 'lost' };

/** The last event of a stream. */
export type TerminalEnd = Extract<TerminalEvent, { readonly type: 'exit' | 'closed' }>;

export type OpenOptions = Pick<
  Params<'terminal/open'>,
  'sessionId' | 'mode' | 'cols' | 'rows' | 'scrollback' | 'resume'
>;

/** For one consumer. Breaking out of the loop closes the stream. */
export interface Terminal extends AsyncIterable<TerminalEvent> {
  readonly sessionId: string;
  readonly streamId: string;
  /** With `offset`, what `resume` of a later `openTerminal` takes. */
  readonly epoch: string;
  /** Place after the last byte the consumer has taken. */
  readonly offset: number;
  /** Whether output goes on at the place asked for by `resume`; otherwise the first event is a snapshot. */
  readonly resumed: boolean;
  /** Whether the session's size was this viewer's when the stream was opened; later `resized` tells. */
  readonly owner: boolean;
  /** What `resume` takes once the connection is lost and all events are consumed; undefined between a gap and its snapshot. */
  readonly received: Place | undefined;
  /** Settles with the last event once it has come, also while earlier ones wait; undefined when `close` was earlier. */
  readonly ended: Promise<TerminalEnd | undefined>;
  readonly cols: number;
  readonly rows: number;
  /** Bytes given to `write` that the daemon has not yet confirmed. */
  readonly unsentBytes: number;
  /** In the order given. Throws Forbidden on a read-only stream, Gone when the program has ended. */
  write(data: Uint8Array | string): Promise<void>;
  /** Throws Forbidden on a read-only stream. */
  resize(cols: number, rows: number): Promise<void>;
  /** Takes the session's size from whoever owns it, as typing does. Throws InvalidParams when no size was ever said. */
  focus(): Promise<void>;
  /** The session goes on. Closing twice is harmless. */
  close(): Promise<void>;
}

/**
 * Opens a stream; the first event is the snapshot unless the daemon could resume. Output is acknowledged when the
 * consumer asks for the next event, so a consumer that waits is held back by the daemon, not by memory.
 */
export async function openTerminal(client: Client, options: OpenOptions): Promise<Terminal> {
  // Listening starts before the call: the first output may come in the same chunk as the answer.
  const intake = createIntake(client);
  let opened: Result<'terminal/open'>;
  try {
    opened = await client.call('terminal/open', { mode: 'rw', ...options });
  } catch (error) {
    intake.close();
    throw error;
  }
  intake.start(opened);
  const { streamId, resumed, owner } = opened;
  return terminalOf(client, { sessionId: options.sessionId, streamId, resumed, owner }, intake);
}

type Intake = ReturnType<typeof createIntake>;
type Facts = Pick<Terminal, 'sessionId' | 'streamId' | 'resumed' | 'owner'>;

function terminalOf(client: Client, facts: Facts, intake: Intake): Terminal {
  const { streamId } = facts;
  const typing = createTyping((bytes) =>
    client.call('terminal/input', { streamId, data: Buffer.from(bytes).toString('base64') }),
  );
  const close = async () => {
    const { open } = intake;
    intake.close();
    // A stream the daemon ended, or whose connection is gone, needs no closing.
    if (open) await client.call('terminal/close', { streamId }).catch(ignoreGone);
  };
  return {
    ...facts,
    ended: intake.ended,
    get received() {
      return intake.received;
    },
    get epoch() {
      return intake.taken.epoch;
    },
    get offset() {
      return intake.taken.offset;
    },
    get cols() {
      return intake.shown.cols;
    },
    get rows() {
      return intake.shown.rows;
    },
    get unsentBytes() {
      return typing.unsentBytes;
    },
    write: typing.write,
    async resize(cols, rows) {
      await client.call('terminal/resize', { streamId, cols, rows });
    },
    async focus() {
      await client.call('terminal/focus', { streamId });
    },
    close,
    async *[Symbol.asyncIterator]() {
      try {
        yield* intake.events();
      } finally {
        await close();
      }
    },
  };
}

/** It may end in the meantime. */
function ignoreGone(error: unknown): void {
  if (!(error instanceof RpcError) || !['NotFound', 'Gone', 'Unavailable'].includes(error.kind)) throw error;
}
