/** The end of a log that is rotated, and what is added to it: `.1` holds what came before, `.2` what came before that. */
import { closeSync, fstatSync, openSync, readSync, type Stats, statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';

const CHUNK = 64 * 1024;
/** A look at least so often: not every file system tells what changes in it. */
const LOOK_MS = 1000;
/** A line longer than this is cut into several: nobody else bounds what is in the file. */
const LONGEST_LINE = 4 * 1024 * 1024;

export interface Cursor {
  /** Open; whoever has the cursor closes it. */
  readonly fd: number;
  offset: number;
}

/**
 * The lines of the file and of those before it, the last one first, one more at each step. `from` is where in the file
 * they begin; what follows the last line end there is left to those who follow.
 */
export function* linesBackwards(path: string, from: Cursor): Generator<string> {
  yield* linesOf(from.fd, from.offset);
  for (let number = 1; ; number++) {
    const fd = openIfThere(`${path}.${number}`);
    if (fd === undefined) return;
    try {
      yield* linesOf(fd, fstatSync(fd).size);
    } finally {
      closeSync(fd);
    }
  }
}

function* linesOf(fd: number, size: number): Generator<string> {
  let held = Buffer.alloc(0);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - CHUNK);
    held = Buffer.concat([readAt(fd, start, end - start), held]);
    end = start;
    // The first one may have begun before.
    const cut = end === 0 ? -1 : held.indexOf(NEWLINE);
    if (cut < 0 && end > 0 && held.length < LONGEST_LINE) continue;
    const lines = held.toString('utf8', cut + 1).split('\n');
    held = held.subarray(0, cut + 1);
    if (lines.at(-1) === '') lines.pop();
    yield* lines.reverse();
  }
}

const NEWLINE = 0x0a;

/** Where the last whole line ends. */
export function endOfLines(fd: number): number {
  const { size } = fstatSync(fd);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - CHUNK);
    const found = readAt(fd, start, end - start).lastIndexOf(NEWLINE);
    if (found >= 0) return start + found + 1;
    end = start;
  }
  return 0;
}

/** Undefined when there is no such file. */
export function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}

/**
 * Hands over every line from there on, as it comes, until the signal; waits while they are taken. A file that is moved on,
 * cut or made later is followed too.
 */
export async function follow(
  path: string,
  from: Cursor | undefined,
  take: (lines: string[]) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let reading = from && createReading(from);
  const takeAll = async () => {
    for (let lines = reading?.read(); lines && !signal.aborted; lines = reading?.read()) await take(lines);
  };
  try {
    while (!signal.aborted) {
      const changed = nextChange(path, signal);
      await takeAll();
      for (const fd of newerThan(path, reading?.cursor.fd)) {
        // What was added to the one before it came before it was moved on.
        await takeAll();
        if (reading) await take(reading.close());
        reading = createReading({ fd, offset: 0 });
        await takeAll();
      }
      await changed;
    }
  } finally {
    reading?.close();
  }
}

function createReading(cursor: Cursor) {
  let decoder = new StringDecoder('utf8');
  let held = '';
  return {
    cursor,
    /** What is whole in the next piece; undefined at the end. */
    read(): string[] | undefined {
      // Cut by somebody: it begins anew.
      if (fstatSync(cursor.fd).size < cursor.offset) {
        cursor.offset = 0;
        held = '';
        decoder = new StringDecoder('utf8');
      }
      const bytes = readAt(cursor.fd, cursor.offset, CHUNK);
      if (bytes.length === 0) return undefined;
      cursor.offset += bytes.length;
      const lines = (held + decoder.write(bytes)).split('\n');
      held = lines.at(-1)!.length < LONGEST_LINE ? lines.pop()! : '';
      return lines;
    },
    /** What is left of a line. */
    close(): string[] {
      closeSync(cursor.fd);
      return held ? [held] : [];
    },
  };
}

/** Those that were begun since, opened, the oldest first: several may have been. None while it is the one that is read. */
function newerThan(path: string, fd: number | undefined): number[] {
  const known = fd === undefined ? undefined : fstatSync(fd);
  const found: { fd: number; is: Stats }[] = [];
  // Whoever waits for the first one did not miss those before.
  const last = known ? Number.POSITIVE_INFINITY : 0;
  for (let number = 0; number <= last; number++) {
    const next = openIfThere(number === 0 ? path : `${path}.${number}`);
    // The file may be away for a moment, between two names.
    if (next === undefined && number > 0) break;
    if (next === undefined) continue;
    const is = fstatSync(next);
    // The one that is read, or, when that was taken away, one from before it.
    const before = known && (isSame(is, known) || is.mtimeMs < known.mtimeMs);
    // Moved on while we looked: it is here already.
    const twice = found.length > 0 && isSame(is, found.at(-1)!.is);
    if (before || twice) closeSync(next);
    else found.push({ fd: next, is });
    if (before) break;
  }
  return found.reverse().map(({ fd: newer }) => newer);
}

const isSame = (a: Stats, b: Stats) => a.ino === b.ino && a.dev === b.dev;

/** Resolves when something happened in the folder, or it is time to look, or never mind: the signal. */
async function nextChange(path: string, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const waits = [sleep(LOOK_MS, undefined, { signal: either }).catch(() => {})];
  const folder = dirname(path);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) waits.push(changeIn(folder, basename(path), either));
  await Promise.race(waits);
  over.abort();
}

/** Where nothing can be told, for a folder that goes or too many who watch, the look at each second has to do. */
function changeIn(folder: string, name: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    try {
      const watcher = watch(folder, { signal }, (_event, changed) => {
        if (changed === null || changed.startsWith(name)) resolve();
      });
      watcher.on('error', () => watcher.close());
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    }
  });
}

function readAt(fd: number, offset: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const read = readSync(fd, buffer, done, length - done, offset + done);
    if (read === 0) break;
    done += read;
  }
  return buffer.subarray(0, done);
}
