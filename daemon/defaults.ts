/** The built-in preferences: what holds where nobody has set anything. */
import type { Preferences } from '#protocol';

/** Home directory and login shell are those every session starts with. */
export function builtInPreferences(environment: Readonly<Record<string, string>>): Preferences {
  return {
    defaultWorkingDirectory: environment.HOME ?? '/',
    defaultShell: environment.SHELL ?? '/bin/sh',
    startupCommand: '',
    theme: 'tokyo-night',
    fontSize: 14,
    fontFamily: 'monospace',
    xtermScrollback: 10_000,
    tmuxHistoryLimit: 10_000,
    environmentVars: {},
    githubRepoId: null,
    localRepoPath: null,
  };
}
