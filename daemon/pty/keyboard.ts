/** What is typed into a terminal: written as fast as its program reads, and kept, within a bound, until then. */
import { writeSync } from 'node:fs';
import { RpcError } from '#protocol/errors';

export interface Keyboard {
  /** In order. Throws Overloaded, with nothing of it typed, when too much waits already. */
  type(data: Buffer): void;
  /** Drops what waits; what is typed later is dropped too. */
  close(): void;
}

/** What a program may leave unread. */
const WAITING = 4 * 1024 * 1024;
/** A terminal that is full is tried again after 1 ms, then ever later, up to this. */
const SLOWEST_MS = 50;

/** Writes to `fd`, which does not block. libuv would: it takes a terminal's master side for one that must. */
export function createKeyboard(fd: number): Keyboard {
  const queue: Buffer[] = [];
  let waiting = 0;
  let pause = 1;
  let timer: NodeJS.Timeout | undefined;
  let open = true;

  const write = () => {
    timer = undefined;
    for (let data = queue[0]; data; data = queue[0]) {
      const written = writeNow(fd, data);
      if (written === 0) {
        timer = setTimeout(write, pause);
        pause = Math.min(pause * 2, SLOWEST_MS);
        return;
      }
      pause = 1;
      waiting -= written;
      if (written < data.length) queue[0] = data.subarray(written);
      else queue.shift();
    }
  };

  return {
    type(data) {
      if (!open) return;
      if (waiting + data.length > WAITING)
        throw new RpcError(
          'Overloaded',
          `The program has ${waiting} bytes still to read. Type on when it reads again.`,
        );
      waiting += data.length;
      if (data.length > 0) queue.push(Buffer.from(data));
      if (!timer) write();
    },
    close() {
      open = false;
      clearTimeout(timer);
      queue.length = 0;
    },
  };
}

/** 0 when the terminal takes nothing now. */
function writeNow(fd: number, data: Buffer): number {
  try {
    return writeSync(fd, data);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    throw error;
  }
}
