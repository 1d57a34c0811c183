/** A file that is written as things happen, bounded in size and in what waits in memory. */
import { createWriteStream, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { RpcError } from '#protocol';

export interface RecordingFile {
  readonly bytes: number;
  write(text: string): void;
  /** Whether everything is on its way to the disk, and resolves when it is. */
  readonly whole: boolean;
  readonly closed: Promise<void>;
  /** Resolves as `closed` does. Twice is harmless. */
  close(): Promise<void>;
}

/** A disk that is slower than the program for so much has failed. */
const WAITING_BYTES = 16 * 1024 * 1024;

/** Private to the user; must not exist. `over` is called once, when no more can be written, and why. Throws Unavailable. */
export function openFile(
  path: string,
  limit: number,
  over: (why: 'full' | 'failed', error?: Error) => void,
): RecordingFile {
  const stream = createWriteStream(path, { fd: openNew(path) });
  let bytes = 0;
  let ended = false;
  const end = (why: 'full' | 'failed', error?: Error) => {
    if (ended) return;
    ended = true;
    over(why, error);
  };
  stream.on('error', (error) => end('failed', error));
  let whole = false;
  const closed = new Promise<void>((resolve) => {
    stream.once('close', () => {
      whole = true;
      resolve();
    });
  });
  return {
    closed,
    get whole() {
      return whole;
    },
    get bytes() {
      return bytes;
    },
    write(text) {
      if (ended) return;
      const size = Buffer.byteLength(text);
      if (bytes + size > limit) return end('full');
      if (stream.writableLength > WAITING_BYTES) return end('failed', new Error('the disk is too slow'));
      bytes += size;
      stream.write(text);
    },
    close() {
      ended = true;
      stream.end();
      return closed;
    },
  };
}

function openNew(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!code) throw error;
    throw new RpcError(
      'Unavailable',
      `The recording ${path} cannot be written (${code}). Make room, check its folder, or try again.`,
    );
  }
}
