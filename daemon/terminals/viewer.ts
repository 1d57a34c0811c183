/** One viewer of a pane: where it stands, how much it may still be sent, when it must be moved forward. */
import { limits as connection, stream as limits } from '#protocol';
import type { Peer } from '../rpc/handlers.js';
import type { createOutputFrames } from './output.js';
import type { Ring } from './ring.js';

export interface Viewer {
  readonly streamId: string;
  readonly peer: Peer;
  readonly mode: 'rw' | 'ro';
  readonly flow: boolean;
  readonly scrollback: number;
  /** Place of the next byte to send; undefined while a snapshot is on its way. */
  position: number | undefined;
  /** The last place it was sent up to, also while a snapshot is on its way. */
  sent: number;
  acked: number;
  /** Counts its moves forward: only the newest may finish. */
  moves: number;
  /** Its last snapshot was drawn after the program had ended. */
  sawEnd: boolean;
  /** Told of the program's end, after the last byte. */
  ended: boolean;
}

/** What of a viewer's output can go out now. */
export interface Source {
  readonly epoch: string;
  readonly ring: Ring;
  readonly frames: ReturnType<typeof createOutputFrames>;
}

/**
 * Sends what the viewer has credit for. Returns `behind` when what it lacks is gone or too much: it must then be moved
 * forward by a gap and a snapshot. A viewer without credit is left alone until it acknowledges or its connection drains.
 */
export function pump(viewer: Viewer, { ring, frames }: Source): 'behind' | 'ok' {
  while (viewer.position !== undefined && viewer.position < ring.end) {
    const credit = creditOf(viewer);
    if (credit <= 0) return 'ok';
    if (viewer.position < ring.start || ring.end - viewer.position > limits.lagBytes) return 'behind';
    const data = ring.read(viewer.position, Math.min(credit, limits.batchBytes));
    viewer.peer.send(...frames(viewer.streamId, viewer.position, data));
    viewer.position += data.length;
    viewer.sent = viewer.position;
  }
  return 'ok';
}

function creditOf(viewer: Viewer): number {
  // Viewers that do not acknowledge are held back by what waits in the connection itself.
  if (viewer.peer.unsent >= connection.outboundSoftBytes) return 0;
  return viewer.flow ? limits.highWaterBytes - (viewer.sent - viewer.acked) : limits.batchBytes;
}
