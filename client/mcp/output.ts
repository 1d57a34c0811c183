/** Whether a session prints something: told by its stream, for as long as somebody wants to know. */
import { RpcError } from '#protocol/errors';
import { type FollowedTerminal, followTerminal } from '../index.js';
import type { Link } from './link.js';

export interface WatchedOutput {
  /** Settles when the stream stands. Throws Forbidden; a session without a terminal now may have one later. */
  readonly stands: Promise<void>;
  /** There may be a terminal again. */
  again(): void;
  close(): void;
}

/** Reads only, and has no say in the size; what is read is dropped. */
export function watchOutput(link: Link, sessionId: string, onOutput: () => void): WatchedOutput {
  const ending = new AbortController();
  const { signal } = ending;
  let running = false;

  const listen = async (terminal: FollowedTerminal, isNew: boolean) => {
    let told = isNew;
    for await (const { type } of terminal) {
      // The first is the screen as it was when it was asked for; the loss of a daemon changes nothing on it.
      if (told && type !== 'away') onOutput();
      told = true;
    }
  };
  const run = (isNew: boolean) => {
    running = true;
    const terminal = followTerminal({ connect: link.client, sessionId, mode: 'ro', scrollback: 0, signal });
    // Suspended, closed, or ended with its program: what comes next is told by an event.
    const ended = listen(terminal, isNew).catch(ignoreExpected);
    void ended.finally(() => (running = false));
    return terminal.opened;
  };
  return {
    stands: run(false).then(
      () => {},
      (error) => {
        if (!isAbsence(error)) throw error;
      },
    ),
    again() {
      if (!signal.aborted && !running) run(true).catch(ignoreExpected);
    },
    close: () => ending.abort(),
  };
}

const isAbsence = (error: unknown) =>
  error instanceof RpcError && ['Conflict', 'Gone', 'NotFound'].includes(error.kind);

function ignoreExpected(error: unknown): void {
  if (!(error instanceof RpcError)) throw error;
}
