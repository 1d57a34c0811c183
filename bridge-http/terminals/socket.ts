/** One WebSocket of a page: frames that wait until they are wanted, output that waits for room, and a last word. */
import type { RawData, WebSocket } from 'ws';
import { Ended, type Ending, NO_HELLO, TOO_EARLY, TOO_SLOW } from './endings.js';
import type { Frame } from './frames.js';
import { createRoom } from './room.js';

/** What may wait before the terminal is ready. */
const WAITING = { frames: 256, bytes: 1024 * 1024 };
/** A page that does not answer a close is cut off. */
const FAREWELL_MS = 2000;
/** What may wait in the socket itself. */
export const BUFFERED_BYTES = 1024 * 1024;

export interface PageSocket {
  /** JSON in a text frame. */
  tell(message: object): void;
  /** A binary frame. */
  send(bytes: Uint8Array): void;
  /** Until the socket holds less than a mebibyte and `isFree`. False when it is over. Throws Ended for a page that takes in nothing. */
  room(isFree?: () => boolean): Promise<boolean>;
  /** `isFree` may have changed. */
  moved(): void;
  /** Throws Ended when none comes in time; undefined when it is over. */
  first(withinMs: number): Promise<Frame | undefined>;
  /** Each frame from now on, those that waited first. */
  listen(take: (frame: Frame) => void): void;
  /** No more frames until this has settled, however it does. */
  hold(until: Promise<unknown>): void;
  end(close: number, reason: string): void;
  /** Says why, then ends. */
  fail(ending: Ending): void;
  /** Settles when it is gone or is going. */
  readonly over: Promise<void>;
  readonly isOver: boolean;
}

export function openPageSocket(socket: WebSocket, slowMs: number): PageSocket {
  const room = createRoom(slowMs);
  const inbox = createInbox();
  let isOver = false;
  let settle = () => {};
  const over = new Promise<void>((resolve) => (settle = resolve));
  const finish = () => {
    isOver = true;
    inbox.close();
    room.end();
    settle();
  };
  const end = (close: number, reason: string) => {
    if (isOver) return;
    finish();
    socket.resume();
    socket.close(close, reason);
    const late = setTimeout(() => socket.terminate(), FAREWELL_MS);
    socket.once('close', () => clearTimeout(late));
  };
  const tell = (message: object) => {
    if (!isOver) socket.send(JSON.stringify(message), room.moved);
  };
  const fail = (ending: Ending) => {
    const { code, message, retryable, close, reason } = ending;
    tell({ type: 'error', code, message, retryable });
    end(close, reason);
  };
  socket.on('message', (data: RawData, binary: boolean) => {
    if (!isOver && !inbox.put({ data: data as Buffer, binary })) fail(TOO_EARLY);
  });
  // Its end is what counts; without a listener the error would end the process.
  socket.on('error', () => {});
  socket.once('close', finish);
  return {
    tell,
    send(bytes) {
      if (!isOver) socket.send(bytes, room.moved);
    },
    async room(isFree = () => true) {
      const passage = await room.until(() => socket.bufferedAmount <= BUFFERED_BYTES && isFree());
      if (passage === 'slow') throw new Ended(TOO_SLOW);
      return passage === 'free';
    },
    moved: room.moved,
    async first(withinMs) {
      const frame = await inbox.first(withinMs);
      if (!frame && !isOver) throw new Ended(NO_HELLO);
      return frame;
    },
    listen: inbox.listen,
    hold(until) {
      socket.pause();
      const goOn = () => socket.resume();
      until.then(goOn, goOn);
    },
    end,
    fail,
    over,
    get isOver() {
      return isOver;
    },
  };
}

/** Frames that have come, up to a bound, until somebody takes them. */
function createInbox() {
  let waiting: Frame[] = [];
  let bytes = 0;
  let take: ((frame: Frame) => void) | undefined;
  let wake = () => {};
  return {
    /** False when too much waits. */
    put(frame: Frame): boolean {
      if (take) {
        take(frame);
        return true;
      }
      waiting.push(frame);
      bytes += frame.data.length;
      wake();
      return waiting.length <= WAITING.frames && bytes <= WAITING.bytes;
    },
    async first(withinMs: number): Promise<Frame | undefined> {
      if (waiting.length === 0) {
        let late: NodeJS.Timeout | undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
          late = setTimeout(resolve, withinMs);
        });
        clearTimeout(late);
      }
      const frame = waiting.shift();
      bytes -= frame?.data.length ?? 0;
      return frame;
    },
    listen(taking: (frame: Frame) => void) {
      take = taking;
      for (const frame of waiting.splice(0)) taking(frame);
    },
    close() {
      waiting = [];
      take = () => {};
      wake();
    },
  };
}
