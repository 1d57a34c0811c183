/** What holds where nobody has set anything. */
import type { Preferences } from '#protocol';
import type { Config } from './config/keys.js';
import { usual } from './injection/policy.js';

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
    orchestrator: 'watch',
    deniedCommands: [...usual.denied],
    auditInjectedText: usual.auditText,
    environmentVars: {},
    githubRepoId: null,
    localRepoPath: null,
  };
}

/** How tokens are kept. */
export interface AuthSettings {
  /** For whom the token in `cli-token` acts. */
  readonly localUser: string;
  readonly serviceTokenFile: string;
  /** How long a token that was replaced stays good. */
  readonly overlapMs: number;
  /** The tokens in files are replaced when they are older; 0 for never. */
  readonly rotationDays: number;
}

/** `RDV_TOKEN_OVERLAP_MS` shortens the overlap, for tests. */
export function authSettings(
  { auth }: Pick<Config, 'auth'>,
  environment: Readonly<Record<string, string | undefined>>,
): AuthSettings {
  return {
    localUser: auth.local_user,
    serviceTokenFile: auth.service_token_file,
    overlapMs: Number(environment.RDV_TOKEN_OVERLAP_MS) || auth.overlap_seconds * 1000,
    rotationDays: auth.token_rotation_days,
  };
}
