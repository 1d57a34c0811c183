/** What git runs with: nothing of whoever started the daemon that could steer it, and nothing that waits for a person. */
import { isAbsolute } from 'node:path';

/** Where a person would be asked; there is none. */
const DROPPED = ['DISPLAY', 'WAYLAND_DISPLAY', 'SSH_ASKPASS', 'EDITOR', 'VISUAL', 'PAGER', 'LANG', 'LANGUAGE'];

/** `from` is the environment of the daemon, already clean of secrets. */
export function gitEnvironment(from: Readonly<Record<string, string>>, writes: boolean): Record<string, string> {
  const kept = Object.entries(from).filter(([key]) => !DROPPED.includes(key) && !/^(GIT|LC|GCM)_/.test(key));
  return {
    ...Object.fromEntries(kept),
    PATH: absoluteOnly(from.PATH ?? '/usr/local/bin:/usr/bin:/bin'),
    LC_ALL: process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8',
    // Messages are matched, so they must be English; the locale above is only for bytes.
    LANGUAGE: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS_REQUIRE: 'never',
    GCM_INTERACTIVE: 'never',
    GIT_PAGER: 'cat',
    GIT_EDITOR: ':',
    GIT_SEQUENCE_EDITOR: ':',
    ...(writes ? {} : { GIT_OPTIONAL_LOCKS: '0' }),
  };
}

/** git looks for helpers on the PATH while it stands in a foreign directory: that must not be one of them. */
function absoluteOnly(path: string): string {
  return path
    .split(':')
    .filter((entry) => isAbsolute(entry))
    .join(':');
}

/** Before every command. What the repository or the user says of these does not count. */
export const ALWAYS: readonly string[] = [
  // Programs a repository could have run.
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'protocol.ext.allow=never',
  'protocol.fd.allow=never',
  // Things that would be done on the side: in other repositories, or in the background.
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'log.showSignature=false',
  'http.saveCookies=false',
  'credential.interactive=false',
  // A tree with a `.git` in some other spelling is not checked out.
  'core.protectHFS=true',
  'core.protectNTFS=true',
  'status.submoduleSummary=false',
  'diff.submodule=short',
  // Answers as they are expected here.
  'color.ui=false',
  'column.ui=never',
];

/** Commands that show differences have them made by programs of the repository, unless told otherwise. */
const SHOWS = /^(diff|diff-files|diff-index|diff-tree|format-patch|log|show|whatchanged)$/;

export function withoutPrograms([command = '', ...rest]: readonly string[]): string[] {
  return SHOWS.test(command) ? [command, '--no-ext-diff', '--no-textconv', ...rest] : [command, ...rest];
}
