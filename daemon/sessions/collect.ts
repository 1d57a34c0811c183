/** What a command printed, picked out of its terminal's bytes: up to the mark its launcher sets, line ends as written. */
import { CHILD, USUAL } from '../backend/index.js';

export interface Collector {
  /** The command's exit code, once its end was seen. */
  readonly exitCode: number | undefined;
  /** Bytes written so far; those from `start` on are kept. */
  readonly bytes: number;
  readonly start: number;
  /** Takes the next bytes of the pane. */
  take(data: Buffer): void;
  /** No more will come: what was held back for a mark that did not come is output after all. */
  end(): void;
  /** What is kept from a place on, as a copy; no more than `most`. */
  from(offset: number, most?: number): Buffer;
}

/**
 * Sent by the launcher when the command has ended: as all bytes of a pane come in order, whoever has seen this has seen
 * everything the command wrote. Terminals ignore a sequence they do not know.
 */
const MARK = '\x1b]7717;';

/**
 * The launcher: runs the command as its child, tells of its end, and stays a while, so that neither the kernel nor tmux
 * can drop the last bytes. Signals typed at the terminal are for the command.
 */
export const LAUNCHER = [
  // What is typed, and what the terminal answers to questions, is not output of the command.
  `${USUAL} stty -echo`,
  'trap : INT QUIT',
  // A function has arguments of its own, where a variable would be changed for the command that has it as well.
  `run() { shift; ${CHILD}; }`,
  'run "$@"',
  'code=$?',
  'printf "\\033]7717;%s;%d\\007" "$1" "$code"',
  'trap - INT QUIT',
  `${USUAL} sleep 2`,
  'exit "$code"',
].join('\n');

/** `id` is what the launcher was given; at most `keep` bytes are kept, the newest. */
export function createCollector(id: string, keep: number): Collector {
  const mark = Buffer.from(`${MARK}${id};`);
  let held: Buffer = Buffer.alloc(0);
  let exitCode: number | undefined;
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let bytes = 0;

  const put = (data: Buffer) => {
    if (data.length === 0) return;
    kept.push(Buffer.from(data));
    keptBytes += data.length;
    bytes += data.length;
    // Up to twice what is wanted before it is cut, so that cutting costs little.
    if (keptBytes > keep + Math.min(keep, MOST_OVER) + SLACK) cut();
    else if (kept.length === PIECES) join();
  };

  /** Of a program that prints letter by letter the pieces would cost a hundred times what is in them. */
  const join = () => {
    const from = kept.findLastIndex((piece) => piece.length >= SLACK) + 1;
    kept = [...kept.slice(0, from), Buffer.concat(kept.slice(from))];
  };

  const cut = () => {
    const all = Buffer.concat(kept);
    const newest = all.subarray(Math.max(0, all.length - keep));
    kept = [Buffer.from(newest)];
    keptBytes = newest.length;
  };

  return {
    get exitCode() {
      return exitCode;
    },
    get bytes() {
      return bytes;
    },
    get start() {
      return bytes - Math.min(keptBytes, keep);
    },
    take(data) {
      if (exitCode !== undefined) return;
      const all = held.length > 0 ? Buffer.concat([held, data]) : data;
      const found = findMark(all, mark);
      exitCode = found?.code;
      const end = found?.at ?? safeEnd(all, mark);
      // A copy: what we were given is not ours, and what is put may be what was held.
      const rest = exitCode === undefined ? Buffer.from(all.subarray(end)) : Buffer.alloc(0);
      put(asWritten(all.subarray(0, end)));
      held = rest;
    },
    end() {
      if (exitCode === undefined) put(asWritten(held));
      held = Buffer.alloc(0);
    },
    from(offset, most = Number.POSITIVE_INFINITY) {
      const wanted = bytes - offset;
      let from = kept.length;
      let found = 0;
      while (found < wanted && from > 0) found += kept[--from]!.length;
      const skip = Math.max(0, found - wanted);
      let to = from;
      for (let taken = -skip; taken < most && to < kept.length; to++) taken += kept[to]!.length;
      return Buffer.concat(kept.slice(from, to)).subarray(skip, skip + most);
    },
  };
}

const SLACK = 64 * 1024;
const MOST_OVER = 2 * 1024 * 1024;
const PIECES = 1024;
const CR = 0x0d;

/** Bytes before this are certainly neither the beginning of the mark nor of a line's end. */
function safeEnd(all: Buffer, mark: Buffer): number {
  let end = all.length;
  for (let at = Math.max(0, all.length - mark.length); (at = all.indexOf(0x1b, at)) >= 0; at++) {
    if (!mark.subarray(0, all.length - at).equals(all.subarray(at))) continue;
    end = at;
    break;
  }
  return end > 0 && all[end - 1] === CR ? end - 1 : end;
}

/** The mark with its code, or without it when that has not come yet. What only begins like the mark is output. */
function findMark(all: Buffer, mark: Buffer): { at: number; code?: number } | undefined {
  for (let at = all.indexOf(mark); at >= 0; at = all.indexOf(mark, at + 1)) {
    const [rest, code] =
      /^(\d{0,3})(\x07|$)/.exec(all.toString('latin1', at + mark.length, at + mark.length + 4)) ?? [];
    if (code && rest !== code) return { at, code: Number(code) };
    if (rest !== undefined && at + mark.length + rest.length === all.length) return { at };
  }
  return undefined;
}

/** A terminal sends each newline as carriage return and newline; taking one return off each gives what was written. */
function asWritten(data: Buffer): Buffer {
  return data.includes('\r\n') ? Buffer.from(data.toString('latin1').replaceAll('\r\n', '\n'), 'latin1') : data;
}
