/** A pane's output as its viewers get it: places, batches, snapshots at an exact cut, the end. */
import { randomUUID } from 'node:crypto';
import { stream as limits } from '#protocol';
import type { Backend } from '../backend/index.js';
import { createBatch } from './batch.js';
import { createCutter, type Drawn, type Place } from './cut.js';
import { createMoving } from './moving.js';
import { createOutputFrames } from './output.js';
import { createRing } from './ring.js';
import { createSharing } from './sharing.js';
import { createTaps, type Tap } from './taps.js';
import type { Source, Viewer } from './viewer.js';

export interface Stream {
  /** The epoch, and the place after the newest byte. */
  here(): Place;
  /** Whether output from this place on is still held. */
  holds(epoch: string, offset: number): boolean;
  output(data: Buffer): void;
  /** tmux paused the pane: what it dropped is unknown. Starts a new epoch and lets the pane go on. */
  paused(): void;
  /** The connection to tmux is lost: offsets start again, viewers wait. */
  interrupted(): void;
  /** Another connection stands: viewers get a gap and a snapshot. */
  resumed(): void;
  /** The program ended; each viewer is told after its last byte. */
  ended(code: number | null): void;
  snapshot(scrollback: number): Promise<Drawn>;
  /** Bytes from a place on that are held, at most `length`; a view, valid until the next output. */
  read(offset: number, length: number): Buffer;
  /** The newest bytes that are held, at most `length`; a view, valid until the next output. */
  newest(length: number): Buffer;
  /** Hears everything from now on, inside the daemon and without delay. Returns the way out. */
  tap(tap: Tap): () => void;
  /** Begins to send to a viewer whose position was set in this epoch; if it is over, by a gap and a snapshot. */
  add(viewer: Viewer, since: string): void;
  remove(viewer: Viewer): void;
  /** Sends what a viewer may now have: after an ack, or when its connection drained. */
  push(viewer: Viewer): void;
}

/** Output is gathered this long after a batch went out. */
const BATCH_MS = 5;

export interface StreamDeps {
  readonly pane: number;
  readonly backend: Pick<Backend, 'capture' | 'pause'>;
  /** A snapshot for a viewer failed for a reason that is no bug (the window went away). */
  lost(viewer: Viewer, error: unknown): void;
}

export function createStream({ pane, backend, lost }: StreamDeps): Stream {
  let now = createSpan();
  let exit: { code: number | null } | undefined;
  const viewers = new Set<Viewer>();
  const taps = createTaps();
  const here = () => ({ epoch: now.epoch, offset: now.ring.end });
  const cutter = createCutter({ pane, backend, here, ring: () => now.ring });
  const { push, moveForward } = createMoving({
    viewers,
    draw: createSharing(cutter.draw),
    source: () => now,
    exit: () => exit,
    lost,
  });

  const pushAll = () => {
    for (const viewer of viewers) push(viewer);
  };
  const batch = createBatch(BATCH_MS, limits.batchBytes, pushAll);

  const moveAll = () => {
    for (const viewer of viewers) moveForward(viewer);
    taps.resumed();
  };

  const restart = () => {
    now = createSpan();
    for (const viewer of viewers) viewer.position = undefined;
    taps.hole();
  };

  return {
    here,
    holds: (epoch, offset) => epoch === now.epoch && offset >= now.ring.start && offset <= now.ring.end,
    output(data) {
      now.ring.append(data);
      taps.data(data, now.ring.end);
      if (viewers.size > 0) batch.add(data.length);
    },
    paused() {
      restart();
      cutter.resume();
      moveAll();
    },
    interrupted: restart,
    resumed: moveAll,
    ended(code) {
      exit = { code };
      taps.ended(code);
      pushAll();
    },
    snapshot: cutter.draw,
    read: (offset, length) => now.ring.read(offset, length),
    newest: (length) => now.ring.read(Math.max(now.ring.start, now.ring.end - length), length),
    tap: taps.add,
    add(viewer, since) {
      viewers.add(viewer);
      if (since === now.epoch) push(viewer);
      else moveForward(viewer);
    },
    remove: (viewer) => void viewers.delete(viewer),
    push,
  };
}

/** One unbroken count of the pane's bytes. */
const createSpan = (): Source => ({
  epoch: randomUUID(),
  ring: createRing(limits.ringBytes),
  frames: createOutputFrames(),
});
