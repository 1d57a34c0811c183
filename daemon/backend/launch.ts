/** How a program is started in a directory, whoever makes its terminal. */
import type { NewWindow } from './index.js';

/** For `/bin/sh -c`: the directory is its first argument, the rest is the program. No text of a user is ever part of it. */
const ENTER = 'cd -- "$1" || exit 126; shift; unset OLDPWD';
const LAUNCH = `${ENTER}; exec "$@"`;
/**
 * tmux closes a terminal as soon as it hears that its process has ended, whatever is still to be read from it: of 300 KB
 * printed at the end much was lost, most times. So the process that ends is a shell that waits a moment. Signals typed
 * at the terminal are for the program.
 */
const LINGER = `${ENTER}; trap : INT QUIT; "$@"; code=$?; sleep 0.1; exit "$code"`;

type Wanted = Pick<NewWindow, 'directory' | 'argv' | 'linger'>;

/** Arguments of `/bin/sh`. A program that is missing exits with 127 and says so on its screen. */
export function launchArguments({ directory, argv, linger }: Wanted): string[] {
  return ['-c', linger ? LINGER : LAUNCH, 'rdv', directory, ...argv];
}
