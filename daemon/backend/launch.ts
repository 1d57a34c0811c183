/** How a program is started in a directory, whoever makes its terminal. */
import type { NewWindow } from './index.js';

/** Before a program of the launcher's own, which is found wherever the session's PATH leads. */
export const USUAL = 'command -p';

/**
 * Runs the program as the shell's child. Without `exec` an `echo` or `printf` would be the shell's own, which act
 * otherwise; and what a shell says of a child that a signal ended, nobody printed.
 */
export const CHILD = 'exec 9>&2 2>/dev/null; (exec "$@" 2>&9 9>&-)';

/** For `/bin/sh -c`: umask, directory, and the rest is the program. No text of a user is ever part of it. */
const ENTER = 'umask "$1"; cd -- "$2" || exit 126; shift 2; unset OLDPWD';
const LAUNCH = `${ENTER}; exec "$@"`;
/**
 * tmux closes a terminal as soon as it hears that its process has ended, whatever is still to be read from it: of 300 KB
 * printed at the end much was lost, most times. So the process that ends is a shell that waits a moment. Signals typed
 * at the terminal are for the program.
 */
const LINGER = `${ENTER}; trap : INT QUIT; ${CHILD}; code=$?; ${USUAL} sleep 0.1; exit "$code"`;

type Wanted = Pick<NewWindow, 'directory' | 'umask' | 'argv' | 'linger'>;

/** Arguments of `/bin/sh`. A program that is missing exits with 127 and says so on its screen. */
export function launchArguments({ directory, umask, argv, linger }: Wanted): string[] {
  return ['-c', linger ? LINGER : LAUNCH, 'rdv', umask.toString(8).padStart(4, '0'), directory, ...argv];
}
