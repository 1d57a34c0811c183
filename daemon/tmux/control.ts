/** One control-mode client: commands go in pipelined, replies and every pane's output come out in one order. */
import type { Readable, Writable } from 'node:stream';
import { type ControlEvents, createLines } from './lines.js';
import { type Command, commandLine } from './quote.js';

/** tmux refused a command; `message` is its own words. */
export class TmuxError extends Error {
  override readonly name = 'TmuxError';
}

/** The connection ended with the command unanswered: whether it was carried out is unknown. */
export class TmuxGone extends Error {
  override readonly name = 'TmuxGone';
}

export interface Control {
  /** Runs commands that tmux takes in one go, with no pane output read in between. One reply each, in order. */
  run(commands: readonly Command[], watch?: Watch): Promise<Buffer[]>;
  /** Fails everything unanswered and everything asked later. */
  fail(reason: string): void;
}

/** Callbacks at exact places in the stream, called while the bytes around them are being read. */
export interface Watch {
  /** The first reply begins here: output delivered before this call came before it on the wire. */
  begun?(): void;
  /**
   * Whether `body` is all of reply `index`. For replies that hold a program's text, which might imitate the line that
   * ends a reply; its length must be known from an earlier reply.
   */
  complete?(index: number, replies: readonly Buffer[], body: Buffer): boolean;
}

interface Entry {
  readonly replies: Buffer[];
  readonly wanted: number;
  readonly watch: Watch;
  resolve(replies: Buffer[]): void;
  reject(error: Error): void;
}

export function createControl(input: Writable, output: Readable, events: Omit<ControlEvents, 'begin'>): Control {
  const queue: Entry[] = [];
  let gone: string | undefined;
  let guard: string | undefined;
  let body: Buffer[] = [];

  const begin = (text: string) => {
    guard = text;
    body = [];
    const entry = queue[0];
    if (isOurs(text) && entry?.replies.length === 0) entry.watch.begun?.();
  };

  const inReply = (line: Buffer): boolean => {
    if (guard === undefined) return false;
    const failed = isGuard(line, '%error ', guard);
    if (failed || isGuard(line, '%end ', guard)) {
      if (!isOurs(guard)) return close();
      if (isComplete()) {
        answer(failed);
        return close();
      }
    }
    return body.push(Buffer.from(line)) > 0;
  };

  const close = () => {
    guard = undefined;
    return true;
  };

  const isComplete = () => {
    const entry = queue[0];
    return entry?.watch.complete?.(entry.replies.length, entry.replies, joined(body)) ?? true;
  };

  const answer = (failed: boolean) => {
    const entry = queue[0];
    if (!entry) return;
    if (failed) {
      // tmux drops the rest of a line whose command failed.
      queue.shift();
      return entry.reject(new TmuxError(joined(body).toString()));
    }
    entry.replies.push(joined(body));
    if (entry.replies.length < entry.wanted) return;
    queue.shift();
    entry.resolve(entry.replies);
  };

  const run: Control['run'] = (commands, watch = {}) => {
    if (gone !== undefined) return Promise.reject(new TmuxGone(gone));
    return new Promise((resolve, reject) => {
      queue.push({ replies: [], wanted: commands.length, watch, resolve, reject });
      input.write(`${commands.map(commandLine).join(' ; ')}\n`);
    });
  };

  output.on('data', createLines({ ...events, begin }, inReply));
  return {
    run,
    fail(reason) {
      gone ??= reason;
      for (const entry of queue.splice(0)) entry.reject(new TmuxGone(reason));
    },
  };
}

const NEWLINE = Buffer.from('\n');

function joined(lines: readonly Buffer[]): Buffer {
  return Buffer.concat(lines.flatMap((line, at) => (at === 0 ? [line] : [NEWLINE, line])));
}

/** tmux marks replies to this connection's commands with 1; what it runs by itself answers nothing of ours. */
function isOurs(guard: string): boolean {
  return guard.endsWith(' 1');
}

function isGuard(line: Buffer, word: '%end ' | '%error ', guard: string): boolean {
  return line.length === word.length + guard.length && line.toString('latin1') === word + guard;
}
