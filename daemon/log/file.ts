/** The file a log is written to: a new one when it has grown, and what cannot be written is counted. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { type Appended, openAppended, type Write } from './append.js';

export interface FileLimits {
  /** A line that would make the file larger begins a new one. */
  readonly bytes: number;
  /** Older files kept, as `.1` (the youngest), `.2` and so on. */
  readonly files: number;
}

export interface LogFileOptions {
  readonly path: string;
  readonly limits: FileLimits;
  /** The line that tells how many were lost, once they can be written again. */
  readonly lostLine: (lost: number, reason: string) => string;
  /** Told once each time that the file can no longer be written. */
  readonly failed: (reason: string) => void;
  readonly write?: Write;
  readonly now?: () => number;
}

export interface LogFile {
  /** A line with its end. It is in the file when this returns, or counted as lost; nothing a disk does is thrown. */
  write(line: string): void;
  /** The next line goes into whatever has the path then. */
  reopen(): void;
  change(limits: FileLimits): void;
  /** Twice is harmless. */
  close(): void;
}

/** So often it is looked whether the file still has its name, and whether beginning a new one works again. */
const LOOK_MS = 1000;

export function openLogFile(options: LogFileOptions): LogFile {
  const { path, lostLine, failed, write, now = () => performance.now() } = options;
  let { limits } = options;
  let file: Appended | undefined;
  let lookAt = 0;
  let rotateAt = 0;
  let lost = { count: 0, reason: '' };

  const close = () => {
    const was = file;
    file = undefined;
    was?.close();
  };

  /** The file, with room for so many bytes more. */
  function fileFor(bytes: number): Appended {
    const time = now();
    if (time >= lookAt) {
      lookAt = time + LOOK_MS;
      if (file?.look() === false) close();
    }
    file ??= openAppended(path, write);
    if (file.size === 0 || file.size + bytes <= limits.bytes || time < rotateAt) return file;
    close();
    // A file too long is better than lines lost.
    rotateAt = attempt(() => shift(path, limits.files)) === undefined ? 0 : time + LOOK_MS;
    return (file = openAppended(path, write));
  }

  const put = (text: string) => {
    const bytes = Buffer.from(text);
    fileFor(bytes.length).append(bytes);
  };

  return {
    write(line) {
      const reason = attempt(() => {
        // Together, or a disk with room for little would be full of what it has lost.
        put(lost.count > 0 ? lostLine(lost.count, lost.reason) + line : line);
        lost = { count: 0, reason: '' };
      });
      if (reason === undefined) return;
      if (lost.count === 0) failed(reason);
      lost = { count: lost.count + 1, reason };
      // Opened anew with the next line: the folder may have come back.
      attempt(close);
    },
    reopen: () => void attempt(close),
    change(next) {
      limits = next;
      attempt(() => removeFrom(path, limits.files + 1));
    },
    close: () => void attempt(close),
  };
}

/** What the system refused; undefined when it did not. */
function attempt(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return (error as Error).message;
  }
}

/** Makes way for a new file: each older one moves on by one, those beyond the last go. */
function shift(path: string, files: number): void {
  removeFrom(path, Math.max(1, files));
  for (let number = files - 1; number >= 1; number--) {
    if (existsSync(`${path}.${number}`)) renameSync(`${path}.${number}`, `${path}.${number + 1}`);
  }
  if (files > 0) renameSync(path, `${path}.1`);
  else rmSync(path);
}

function removeFrom(path: string, first: number): void {
  for (let number = first; existsSync(`${path}.${number}`); number++) rmSync(`${path}.${number}`);
}
