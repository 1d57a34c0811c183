/** What arrives for one stream: put in order, checked for holes, acknowledged once consumed. */
import type { Result, Told } from '#protocol';
import { RpcError } from '#protocol/errors';
import { stream } from '#protocol/terminals';
import type { Client } from './index.js';
import type { TerminalEvent } from './terminal.js';

const names = ['output', 'gap', 'snapshot', 'resized', 'exit', 'closed'] as const;
type Heard = { [K in (typeof names)[number]]: { name: K; told: Told<`terminal/${K}`> } }[(typeof names)[number]];

/**
 * Begins to listen at once; `start` names the stream and `events` gives what came for it, to one consumer. The
 * daemon's credit bounds what waits here: `stream.highWaterBytes` unacknowledged bytes and a batch.
 */
export function createIntake(client: Client) {
  const queue: Heard[] = [];
  const place = { streamId: '', epoch: '', next: 0, taken: 0, acked: 0, cols: 0, rows: 0, reset: false, closed: false };
  let first: TerminalEvent | undefined;
  let lost = false;
  let wake = () => {};
  const hear = (heard: Heard) => {
    if (place.streamId && heard.told.streamId !== place.streamId) return;
    queue.push(heard);
    wake();
  };
  const offs = names.map((name) => client.on(`terminal/${name}`, (told) => hear({ name, told } as Heard)));
  offs.push(
    client.onClose(() => {
      lost = true;
      wake();
    }),
  );
  const close = () => {
    place.closed = true;
    for (const off of offs.splice(0)) off();
    wake();
  };
  const acknowledge = (force: boolean) => {
    if (lost || place.closed || place.taken === place.acked) return;
    if (!force && place.taken - place.acked < stream.ackEveryBytes) return;
    place.acked = place.taken;
    // A stream that ended in the meantime needs no acknowledgement; a lost connection is told as an event.
    client.call('terminal/ack', { streamId: place.streamId, offset: place.taken }).catch(() => {});
  };

  async function* events(): AsyncGenerator<TerminalEvent> {
    if (first && !place.closed) yield first;
    first = undefined;
    while (!place.closed) {
      const heard = queue.shift();
      if (heard) {
        const event = digest(place, heard);
        yield event;
        if (event.type === 'exit' || event.type === 'closed') return;
        place.taken = place.next;
        acknowledge(event.type === 'snapshot');
      } else if (lost) {
        yield { type: 'closed', reason: 'lost' };
        return;
      } else {
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
  }

  return {
    get epoch() {
      return place.epoch;
    },
    get taken() {
      return place.taken;
    },
    get cols() {
      return place.cols;
    },
    get rows() {
      return place.rows;
    },
    get closed() {
      return place.closed;
    },
    start({ streamId, epoch, offset, cols, rows, snapshot }: Result<'terminal/open'>): void {
      Object.assign(place, { streamId, epoch, next: offset, taken: offset, acked: offset, cols, rows });
      queue.splice(0, queue.length, ...queue.filter((heard) => heard.told.streamId === streamId));
      if (snapshot) first = { type: 'snapshot', reset: false, ...snapshot, data: bytes(snapshot.data) };
    },
    events,
    close,
  };
}

interface Place {
  epoch: string;
  next: number;
  cols: number;
  rows: number;
  reset: boolean;
}

/** Turns one notification into an event and moves the place on. Throws when bytes are missing or come twice. */
function digest(place: Place, heard: Heard): TerminalEvent {
  switch (heard.name) {
    case 'output': {
      const { offset, data: text } = heard.told;
      if (place.reset || offset !== place.next) throw hole(place.next, offset);
      const data = bytes(text);
      place.next += data.length;
      return { type: 'data', offset, data };
    }
    case 'gap':
      place.reset = true;
      return { type: 'gap', from: heard.told.from, to: heard.told.to };
    case 'snapshot': {
      const { epoch, offset, cols, rows, data } = heard.told;
      Object.assign(place, { epoch, next: offset, cols, rows, reset: false });
      return { type: 'snapshot', reset: true, data: bytes(data), cols, rows };
    }
    case 'resized':
      Object.assign(place, { cols: heard.told.cols, rows: heard.told.rows });
      return { type: 'resized', cols: heard.told.cols, rows: heard.told.rows };
    case 'exit':
      return { type: 'exit', code: heard.told.code };
    default:
      return { type: 'closed', reason: heard.told.reason };
  }
}

const bytes = (base64: string): Uint8Array => Buffer.from(base64, 'base64');

function hole(expected: number, got: number): RpcError {
  return new RpcError('Internal', `Expected the stream to go on at byte ${expected}, got ${got}.`, {
    code: 'STREAM_HOLE',
  });
}
