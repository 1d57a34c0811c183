/** Which git is here, and whether it is new enough. */
import { RpcError } from '#protocol/errors';
import { runGroup } from './process.js';

export interface GitVersion {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
}

/** What Debian 11 has; everything here is written for it. */
const OLDEST = { major: 2, minor: 30 };
const ASK_MS = 5000;

/** Throws Unavailable, with the cure, when git is absent, does not answer, or is older than 2.30. */
export async function probeGit(environment: Readonly<Record<string, string>>, timeoutMs = ASK_MS): Promise<GitVersion> {
  const version = parseVersion(await ask(environment, timeoutMs));
  if (isAtLeast(version, OLDEST.major, OLDEST.minor)) return version;
  const said = `git ${version.text} is too old: rdv needs 2.30 or newer. Update git and try again.`;
  throw new RpcError('Unavailable', said, { code: 'GIT_TOO_OLD' });
}

export function isAtLeast(version: Pick<GitVersion, 'major' | 'minor'>, major: number, minor: number): boolean {
  return version.major > major || (version.major === major && version.minor >= minor);
}

/** `git version 2.39.5`, `git version 2.39.5 (Apple Git-154)`, `git version 2.50.0.rc1`. */
export function parseVersion(output: string): GitVersion {
  const [, text = '?', major = '0', minor = '0'] = /^git version ((\d+)\.(\d+)\S*)/.exec(output) ?? [];
  return { text, major: Number(major), minor: Number(minor) };
}

async function ask(environment: Readonly<Record<string, string>>, timeoutMs: number): Promise<string> {
  try {
    const asked = await runGroup({ program: 'git', args: ['version'], directory: '/', environment, timeoutMs });
    if (asked.exitCode === 0) return asked.stdout.toString();
    const why = asked.ended === 'timeout' ? `nothing within ${timeoutMs} ms` : asked.stderr || `exit ${asked.exitCode}`;
    throw new RpcError('Unavailable', `git does not answer to "git version" (${why}). Try again, or repair it.`, {
      code: 'GIT_UNAVAILABLE',
    });
  } catch (error) {
    if (!['ENOENT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw gitMissing();
  }
}

export function gitMissing(): RpcError {
  const said = 'git is not on the PATH. Install it (Debian: apt-get install git; macOS: xcode-select --install).';
  return new RpcError('Unavailable', said, { code: 'GIT_MISSING' });
}
