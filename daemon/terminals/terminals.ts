/** Every pane's stream, and which viewer belongs to which connection. */
import { randomUUID } from 'node:crypto';
import { type Parsed, RpcError, type Told } from '#protocol';
import type { Backend } from '../backend/index.js';
import type { Peer } from '../rpc/handlers.js';
import { createStream, type Stream } from './stream.js';
import type { Viewer } from './viewer.js';

export type EndReason = Told<'terminal/closed'>['reason'];

export interface OpenViewer extends Viewer {
  readonly sessionId: string;
  readonly pane: number;
}

export interface Terminals {
  /** The stream of a pane, made when first asked for. */
  stream(pane: number): Stream;
  /** Registers a viewer; it leaves by itself when its connection ends. It gets no output before `begin`. */
  open(peer: Peer, where: { sessionId: string; pane: number }, params: Parsed<'terminal/open'>): OpenViewer;
  /** Throws NotFound for a stream of another connection, as for one that never was. */
  get(peer: Peer, streamId: string): OpenViewer;
  /** Whether it has neither been closed nor ended since. */
  isOpen(viewer: OpenViewer): boolean;
  /** Output goes to the viewer from now on, if it is still open. */
  begin(viewer: OpenViewer, since: string): void;
  close(viewer: OpenViewer): void;
  /** Whether anybody has a stream of the session. */
  isWatched(sessionId: string): boolean;
  /** Ends every stream of a session and tells its viewers why. */
  endAll(sessionId: string, reason: EndReason): void;
  /** Forgets a pane that is no more. */
  forget(pane: number): void;
  /** No pane is any more: ends every stream. */
  forgetAll(): void;
  /** From the backend. */
  output(pane: number, data: Buffer): void;
  paused(pane: number): void;
  /** The connection to the backend is lost, and later another stands. */
  interrupted(): void;
  resumed(): void;
  ended(pane: number, code: number | null): void;
  readonly count: number;
}

/** Hears that a viewer is no more: closed, or lost with its connection. */
type Left = (viewer: OpenViewer, how: 'closed' | 'lost') => void;

export function createTerminals(backend: Pick<Backend, 'capture' | 'pause'>, left: Left): Terminals {
  const streams = new Map<number, Stream>();
  const viewers = new Map<string, OpenViewer>();
  /** How each viewer stops to listen to its connection, which may have many more. */
  const leaving = new Map<string, (() => void)[]>();

  const stream = (pane: number): Stream => {
    const found = streams.get(pane);
    if (found) return found;
    const made = createStream({ pane, backend, lost });
    streams.set(pane, made);
    return made;
  };

  const lost = (viewer: Viewer, error: unknown) => {
    const open = viewers.get(viewer.streamId);
    if (!open) return;
    end(open, 'gone');
    if (!(error instanceof RpcError)) throw error;
  };

  const close = (viewer: OpenViewer, how: 'closed' | 'lost' = 'closed') => {
    if (!viewers.delete(viewer.streamId)) return;
    for (const leave of leaving.get(viewer.streamId) ?? []) leave();
    leaving.delete(viewer.streamId);
    streams.get(viewer.pane)?.remove(viewer);
    left(viewer, how);
  };

  const end = (viewer: OpenViewer, reason: EndReason) => {
    // Viewers come back when the daemon does: their sessions are not resized for the time between.
    close(viewer, reason === 'stopping' ? 'lost' : 'closed');
    viewer.peer.tell('terminal/closed', { streamId: viewer.streamId, reason });
  };

  return {
    stream,
    open(peer, where, { mode, flow, scrollback }) {
      const streamId = randomUUID();
      const viewer: OpenViewer = { ...where, ...newViewer(streamId, peer), mode, flow, scrollback };
      viewers.set(streamId, viewer);
      leaving.set(streamId, [
        peer.onClose(() => close(viewer, 'lost')),
        peer.onDrain(() => streams.get(viewer.pane)?.push(viewer)),
      ]);
      return viewer;
    },
    get(peer, streamId) {
      const viewer = viewers.get(streamId);
      if (viewer?.peer === peer) return viewer;
      throw new RpcError('NotFound', `No stream ${streamId} on this connection. Open one with terminal/open.`);
    },
    isOpen: ({ streamId }) => viewers.has(streamId),
    begin(viewer, since) {
      if (viewers.has(viewer.streamId)) stream(viewer.pane).add(viewer, since);
    },
    close: (viewer) => close(viewer),
    isWatched: (id) => [...viewers.values()].some(({ sessionId }) => sessionId === id),
    endAll(sessionId, reason) {
      for (const viewer of viewers.values()) if (viewer.sessionId === sessionId) end(viewer, reason);
    },
    forget: (pane) => void streams.delete(pane),
    forgetAll() {
      for (const viewer of viewers.values()) end(viewer, 'gone');
      streams.clear();
    },
    output: (pane, data) => stream(pane).output(data),
    paused: (pane) => stream(pane).paused(),
    interrupted() {
      for (const each of streams.values()) each.interrupted();
    },
    resumed() {
      for (const each of streams.values()) each.resumed();
    },
    ended: (pane, code) => stream(pane).ended(code),
    get count() {
      return viewers.size;
    },
  };
}

/** Nothing was sent yet. */
function newViewer(streamId: string, peer: Peer) {
  return { streamId, peer, position: undefined, sent: 0, acked: 0, moves: 0, sawEnd: false, ended: false };
}
