/** What arrives for one stream: put in order, checked for holes, acknowledged once consumed. */
import type { Params, Result, Told } from '#protocol';
import { RpcError } from '#protocol/errors';
import { createAcks } from './acks.js';
import type { Client } from './index.js';
import type { TerminalEnd, TerminalEvent } from './terminal.js';

const names = ['output', 'gap', 'snapshot', 'resized', 'exit', 'closed'] as const;
type Heard = { [K in (typeof names)[number]]: { name: K; told: Told<`terminal/${K}`> } }[(typeof names)[number]];

/** What `resume` of an `openTerminal` takes. */
export type Place = NonNullable<Params<'terminal/open'>['resume']>;

/** Where a stream stands after an event; `holding` is false between a gap and its snapshot. */
interface Standing extends Place {
  readonly cols: number;
  readonly rows: number;
  readonly holding: boolean;
}

/** An event and where the stream stands after it, or why nothing after it can be trusted. */
type Arrived = { readonly event: TerminalEvent; readonly after: Standing } | { readonly broken: RpcError };

/**
 * Begins to listen at once; `start` names the stream and `events` gives what came for it, to one consumer. The
 * daemon's credit bounds what waits here: `stream.highWaterBytes` unacknowledged bytes and a batch.
 */
export function createIntake(client: Client) {
  const queue = createArrivals();
  let streamId = '';
  let early: Heard[] = [];
  let lost = false;
  let shown = { cols: 0, rows: 0 };
  let taken: Place = { epoch: '', offset: 0 };
  const hear = (heard: Heard) => {
    if (!streamId) early.push(heard);
    else if (heard.told.streamId === streamId) queue.arrive(heard);
  };
  const offs = names.map((name) => client.on(`terminal/${name}`, (told) => hear({ name, told } as Heard)));
  offs.push(
    client.onClose(() => {
      lost = true;
      if (streamId) queue.end({ type: 'closed', reason: 'lost' });
    }),
  );
  const leave = () => {
    for (const off of offs.splice(0)) off();
  };
  const acks = createAcks(async (offset) => {
    if (!lost && !queue.closed) await client.call('terminal/ack', { streamId, offset });
  });

  async function* events(): AsyncGenerator<TerminalEvent> {
    for (let next = await queue.next(); next; next = await queue.next()) {
      const { event, after } = next;
      shown = after;
      yield event;
      if (event.type === 'exit' || event.type === 'closed') return;
      taken = { epoch: after.epoch, offset: after.offset };
      acks.taken(after.offset, event.type === 'snapshot' && event.reset);
    }
  }

  return {
    events,
    ended: queue.ended,
    get taken() {
      return taken;
    },
    get shown() {
      return shown;
    },
    /** Of what has come, consumed or not. */
    get received(): Place | undefined {
      const { epoch, offset, holding } = queue.here;
      return holding ? { epoch, offset } : undefined;
    },
    /** Whether the daemon still has the stream. */
    get open() {
      return !lost && !queue.closed && !queue.closedByDaemon;
    },
    start({ snapshot, ...opened }: Result<'terminal/open'>): void {
      ({ streamId } = opened);
      acks.begin(opened.offset);
      const { epoch, offset, cols, rows } = opened;
      taken = { epoch, offset };
      shown = { cols, rows };
      const first =
        snapshot &&
        ({ type: 'snapshot', reset: false, epoch, offset, ...snapshot, data: bytes(snapshot.data) } as const);
      queue.begin({ epoch, offset, cols, rows, holding: true }, first);
      for (const heard of early) hear(heard);
      early = [];
      if (lost) queue.end({ type: 'closed', reason: 'lost' });
    },
    close() {
      leave();
      queue.close();
    },
  };
}

/** Events in the order they came, up to the last one. */
function createArrivals() {
  const queue: Arrived[] = [];
  let here: Standing = { epoch: '', offset: 0, cols: 0, rows: 0, holding: false };
  let end: TerminalEnd | undefined;
  let closed = false;
  let wake = () => {};
  let settle = (_end: TerminalEnd | undefined) => {};
  const ended = new Promise<TerminalEnd | undefined>((resolve) => (settle = resolve));
  const push = (arrived: Arrived) => {
    queue.push(arrived);
    wake();
  };
  const finish = (event: TerminalEnd) => {
    if (end) return;
    end = event;
    push({ event, after: here });
    settle(event);
  };
  return {
    ended,
    get here() {
      return here;
    },
    get closed() {
      return closed;
    },
    get closedByDaemon() {
      return end?.type === 'closed';
    },
    begin(standing: Standing, first: TerminalEvent | undefined) {
      here = standing;
      if (first) push({ event: first, after: here });
    },
    arrive(heard: Heard) {
      if (end || closed) return;
      const arrived = digest(here, heard);
      if ('broken' in arrived) return push(arrived);
      here = arrived.after;
      if (arrived.event.type === 'exit' || arrived.event.type === 'closed') finish(arrived.event);
      else push(arrived);
    },
    end: finish,
    /** Undefined once closed. Throws at a hole. */
    async next() {
      while (!closed) {
        const arrived = queue.shift();
        if (arrived && 'broken' in arrived) throw arrived.broken;
        if (arrived) return arrived;
        await new Promise<void>((resolve) => (wake = resolve));
      }
      return undefined;
    },
    close() {
      closed = true;
      settle(undefined);
      wake();
    },
  };
}

/** Turns one notification into an event. Broken when bytes are missing or come twice. */
function digest(here: Standing, heard: Heard): Arrived {
  switch (heard.name) {
    case 'output': {
      const { offset, data: text } = heard.told;
      if (!here.holding || offset !== here.offset) return { broken: hole(here.offset, offset) };
      const data = bytes(text);
      return { event: { type: 'data', offset, data }, after: { ...here, offset: offset + data.length } };
    }
    case 'gap': {
      const { from, to } = heard.told;
      return { event: { type: 'gap', from, to }, after: { ...here, holding: false } };
    }
    case 'snapshot': {
      const { epoch, offset, cols, rows, data } = heard.told;
      const after = { epoch, offset, cols, rows, holding: true };
      return { event: { type: 'snapshot', reset: true, epoch, offset, data: bytes(data), cols, rows }, after };
    }
    case 'resized': {
      const { cols, rows, owner } = heard.told;
      return { event: { type: 'resized', cols, rows, owner }, after: { ...here, cols, rows } };
    }
    case 'exit':
      return { event: { type: 'exit', code: heard.told.code }, after: here };
    default:
      return { event: { type: 'closed', reason: heard.told.reason }, after: here };
  }
}

const bytes = (base64: string): Uint8Array => Buffer.from(base64, 'base64');

function hole(expected: number, got: number): RpcError {
  return new RpcError('Internal', `Expected the stream to go on at byte ${expected}, got ${got}.`, {
    code: 'STREAM_HOLE',
  });
}
