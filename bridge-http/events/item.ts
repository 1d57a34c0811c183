/** Events as pages read them: which there are, and each as a block of Server-Sent Events. Pure. */
import { allNotifications, type Event, type EventName } from '#protocol';
import { timesIn } from '../routes/times.js';

/** One block of a stream. */
export interface Item {
  readonly seq: number;
  /** Undefined for `resync`, which everybody gets. */
  readonly name: string | undefined;
  readonly bytes: Buffer;
}

const events = allNotifications.filter(([, { delivery }]) => delivery === 'event');
const changes = new Map<string, (params: unknown) => unknown>(
  events.map(([name, { params }]) => [name, timesIn(params)]),
);

export const eventNames = events.map(([name]) => name) as EventName[];

/** What a page cannot be told any more, and so must read anew. */
export const RESYNC = 'resync';
/** How long a page waits before it connects again. */
const RETRY_MS = 1000;

/** Rendered once, for however many streams. */
export function itemOf({ seq, name, params }: Pick<Event, 'seq' | 'name' | 'params'>): Item {
  return { seq, name, bytes: block(seq, name, changes.get(name)!(params)) };
}

export function resyncAt(seq: number): Item {
  return { seq, name: undefined, bytes: block(seq, RESYNC, { seq }) };
}

/** The first block. */
export function opening(): Buffer {
  return Buffer.from(`retry: ${RETRY_MS}\n\n`);
}

/**
 * A comment, so that nobody on the way takes the stream for dead. It carries the place: a page that is cut off goes on
 * from there, though what it waits for may not have happened for days.
 */
export function heartbeat(seq: number): Buffer {
  return Buffer.from(`: still here\nid: ${seq}\n\n`);
}

function block(seq: number, name: string, data: unknown): Buffer {
  return Buffer.from(`id: ${seq}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}
