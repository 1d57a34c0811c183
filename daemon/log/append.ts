/** A file that lines are added to, whole or not at all. */
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

export type Write = (fd: number, bytes: Buffer, from: number) => number;

export interface Appended {
  readonly size: number;
  /** Whether the file still has its name; its size is looked up too, for somebody may have cut it. */
  look(): boolean;
  /** Throws what writing throws, and then nothing of it is in the file. */
  append(bytes: Buffer): void;
  close(): void;
}

const writeFrom: Write = (fd, bytes, from) => writeSync(fd, bytes, from);

/** Makes it, mode 0600, and its folder, as needed. A line without an end, which a crash left, gets one. */
export function openAppended(path: string, write: Write = writeFrom): Appended {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const fd = openSync(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, 0o600);
  let size = 0;
  const add = (bytes: Buffer) => {
    let done = 0;
    try {
      while (done < bytes.length) done += write(fd, bytes, done);
    } catch (error) {
      if (done > 0) ftruncateSync(fd, fstatSync(fd).size - done);
      throw error;
    }
    size += bytes.length;
  };
  try {
    const found = fstatSync(fd);
    size = found.size;
    if (found.isFile() && (found.mode & 0o077) !== 0) fchmodSync(fd, 0o600);
    if (size > 0 && lastByte(fd, size) !== NEWLINE) add(Buffer.from('\n'));
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return {
    get size() {
      return size;
    },
    look() {
      const ours = fstatSync(fd);
      const there = statSync(path, { throwIfNoEntry: false });
      size = ours.size;
      return there?.ino === ours.ino && there.dev === ours.dev;
    },
    append: add,
    close: () => closeSync(fd),
  };
}

const NEWLINE = 0x0a;

function lastByte(fd: number, size: number): number | undefined {
  const last = Buffer.alloc(1);
  return readSync(fd, last, 0, 1, size - 1) === 1 ? last[0] : undefined;
}
