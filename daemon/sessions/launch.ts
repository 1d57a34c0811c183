/** What a session is started with: what the caller says, else what the preferences say. Pure. */
import { DISABLED, type Parsed, type Preferences } from '#protocol';

export interface SessionLaunch {
  readonly directory: string;
  readonly argv: readonly string[];
  /** On top of what every program starts with. */
  readonly environment: Readonly<Record<string, string>>;
  readonly historyLimit: number;
  /** What is typed into the shell; empty for nothing. */
  readonly startupCommand: string;
}

type Wanted = Pick<
  Parsed<'session/create'>,
  'projectPath' | 'command' | 'environment' | 'historyLimit' | 'startupCommand'
>;

/** A startup command is for a shell: where a command is given there is none. */
export function launchOf(wanted: Wanted, preferences: Preferences): SessionLaunch {
  const environment = { ...preferences.environmentVars, ...wanted.environment };
  return {
    directory: wanted.projectPath ?? preferences.defaultWorkingDirectory,
    argv: wanted.command ?? [preferences.defaultShell, '-l'],
    environment: Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== DISABLED)),
    historyLimit: wanted.historyLimit ?? preferences.tmuxHistoryLimit,
    startupCommand: wanted.command ? '' : (wanted.startupCommand ?? preferences.startupCommand),
  };
}
