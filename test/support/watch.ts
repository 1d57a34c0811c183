/** A viewer over a client: keeps what it is sent, checks that there are no holes, acknowledges unless told not to. */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import type { Client } from '#client';
import type { Params, Result, Told } from '#protocol';

export interface Watch {
  readonly opened: Result<'terminal/open'>;
  readonly streamId: string;
  readonly epoch: string;
  /** Place of the first byte after the first snapshot. */
  readonly first: number;
  /** The newest snapshot. */
  readonly snapshot: string;
  readonly gaps: Told<'terminal/gap'>[];
  readonly closed: Promise<string>;
  readonly exit: Promise<number | null>;
  /** Output since the start or the newest gap, at most its last million characters. */
  text(): string;
  bytes(): number;
  /** Place after the newest byte. */
  offset(): number;
  onData(listener: (data: Buffer) => void): void;
  until(holds: (text: string) => boolean): Promise<void>;
}

type Wanted = Params<'terminal/open'> & { acknowledge?: boolean };

export async function createWatch(client: Client, { acknowledge = true, ...params }: Wanted): Promise<Watch> {
  const events = new EventEmitter().setMaxListeners(0);
  const early: (() => void)[] = [];
  const state = { text: '', bytes: 0, at: 0, snapshot: '', gaps: [] as Told<'terminal/gap'>[] };
  let opened: Result<'terminal/open'> | undefined;

  /** Notifications may come in the same chunk as the answer. */
  const mine =
    <T extends { streamId: string }>(act: (told: T) => void) =>
    (told: T) => {
      if (!opened) return void early.push(() => mine(act)(told));
      if (told.streamId !== opened.streamId) return;
      act(told);
      events.emit('change');
    };

  client.on(
    'terminal/output',
    mine(({ streamId, offset, data }) => {
      assert.equal(offset, state.at, 'a hole or a repeat in the stream');
      const bytes = Buffer.from(data, 'base64');
      state.at += bytes.length;
      state.bytes += bytes.length;
      state.text = (state.text + bytes.toString()).slice(-1_000_000);
      events.emit('data', bytes);
      if (acknowledge) void client.call('terminal/ack', { streamId, offset: state.at }).catch(() => {});
    }),
  );
  client.on(
    'terminal/gap',
    mine((gap) => void state.gaps.push(gap)),
  );
  client.on(
    'terminal/snapshot',
    mine(({ offset, data }) => {
      state.at = offset;
      state.text = '';
      state.snapshot = Buffer.from(data, 'base64').toString();
    }),
  );
  client.on(
    'terminal/closed',
    mine(({ reason }) => void events.emit('closed', reason)),
  );
  client.on(
    'terminal/exit',
    mine(({ code }) => void events.emit('exit', code)),
  );

  const closed = once(events, 'closed').then(([reason]) => reason as string);
  const exit = once(events, 'exit').then(([code]) => code as number | null);
  opened = await client.call('terminal/open', params);
  state.at = opened.offset;
  state.snapshot = Buffer.from(opened.snapshot?.data ?? '', 'base64').toString();
  for (const act of early) act();

  return {
    opened,
    streamId: opened.streamId,
    epoch: opened.epoch,
    first: opened.offset,
    get snapshot() {
      return state.snapshot;
    },
    gaps: state.gaps,
    closed,
    exit,
    text: () => state.text,
    bytes: () => state.bytes,
    offset: () => state.at,
    onData: (listener) => void events.on('data', listener),
    async until(holds) {
      while (!holds(state.text)) await once(events, 'change');
    },
  };
}
