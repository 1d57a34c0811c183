/** Makes tmux look for ended programs, because it may have missed the signal that one ended. */

/** How soon after output a program's end is looked for, and how often when nothing is printed. */
const AFTER_OUTPUT_MS = 50;
const QUIET_MS = 1000;

export interface Nudge {
  /** A program printed something; its end may follow. */
  soon(): void;
  close(): void;
}

/**
 * Sends SIGCHLD to the tmux server. A tmux built with libutempter (Debian's is) resets that signal's handler while it
 * runs a helper for a closing terminal, so about one end in six went unnoticed for ever: the program a zombie, its
 * window neither alive nor dead. The signal costs the server one `waitpid`, some 20 us, and any other process nothing.
 */
export function lookForEnds(serverPid: number): void {
  try {
    process.kill(serverPid, 'SIGCHLD');
  } catch (error) {
    // The server is gone; its connection tells that in its own way.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Looks for ends soon after output and now and then. */
export function createNudge(serverPid: () => number | undefined): Nudge {
  let timer: NodeJS.Timeout | undefined;

  const nudge = () => {
    timer = undefined;
    const pid = serverPid();
    if (pid !== undefined) lookForEnds(pid);
  };

  const ticking = setInterval(nudge, QUIET_MS).unref();
  return {
    soon() {
      timer ??= setTimeout(nudge, AFTER_OUTPUT_MS).unref();
    },
    close() {
      clearInterval(ticking);
      clearTimeout(timer);
    },
  };
}
