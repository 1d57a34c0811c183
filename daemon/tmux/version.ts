/** Which tmux is here, and whether it is new enough. */
import { accessSync } from 'node:fs';
import { RpcError } from '#protocol/errors';
import { type Answer, type Asked, askTmux } from './ask.js';

export interface TmuxVersion {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
}

/** Control mode's pause, resize per window and `-e` all stand in 3.2. */
const OLDEST = { major: 3, minor: 2 };

const ASK_MS = 5000;

type Probe = Pick<Asked, 'environment'> & Partial<Asked>;

/** Asks `tmux -V`. Throws Unavailable, with the cure, when tmux is absent, silent for so long, or older than 3.2. */
export async function probeTmux({ environment, timeoutMs = ASK_MS }: Probe): Promise<TmuxVersion> {
  const version = parseVersion(await askVersion({ environment, timeoutMs }));
  if (version.major < OLDEST.major || (version.major === OLDEST.major && version.minor < OLDEST.minor)) {
    throw new RpcError(
      'Unavailable',
      `tmux ${version.text} is too old: rdv needs 3.2 or newer. Update tmux and start again.`,
      {
        code: 'TMUX_TOO_OLD',
      },
    );
  }
  return version;
}

/**
 * Whether this tmux can be used, and speaks the language of our server if that runs: one that was updated does not speak
 * to a server of before. Throws as `probeTmux`.
 */
export async function checkTmux(socketName: string, environment: Probe['environment']): Promise<void> {
  const how = { environment, timeoutMs: ASK_MS };
  await probeTmux(how);
  const asked = await askTmux(['-L', socketName, 'display-message', '-p', 'ok'], how);
  if (asked.exitCode === 0 || /no server running|error connecting to .*No such file/.test(asked.stderr)) return;
  const said = `tmux cannot reach its server ${socketName} (${asked.late ? `nothing within ${ASK_MS} ms` : asked.stderr.trim()}). Repair that first.`;
  throw new RpcError('Unavailable', said, { code: 'TMUX_UNAVAILABLE' });
}

/** `tmux 3.3a`, `tmux next-3.8`, `tmux openbsd-7.4` (which follows its own count, and is always new enough). */
export function parseVersion(output: string): TmuxVersion {
  const text = output.trim().replace(/^tmux\s+/, '');
  if (text.startsWith('openbsd-') || text === 'master') return { text, major: 3, minor: 99 };
  const [, major, minor] = /(\d+)\.(\d+)/.exec(text) ?? [];
  return { text, major: Number(major ?? 0), minor: Number(minor ?? 0) };
}

async function askVersion(how: Asked): Promise<string> {
  const asked = await askTmux(['-V'], how).catch(notRun);
  if (asked.exitCode === 0) return asked.stdout;
  const why = asked.late ? `nothing within ${how.timeoutMs} ms` : asked.stderr || `exit ${asked.exitCode}`;
  throw new RpcError('Unavailable', `tmux does not answer to -V (${why}). Try again, or repair it.`, {
    code: 'TMUX_UNAVAILABLE',
  });
}

function notRun(error: NodeJS.ErrnoException): Answer {
  if (error.code !== 'ENOENT') return { exitCode: null, stdout: '', stderr: error.message, late: false };
  const said = 'tmux is not on the PATH. Install it (Debian: apt-get install tmux; macOS: brew install tmux).';
  throw new RpcError('Unavailable', said, { code: 'TMUX_MISSING' });
}

/** `tmux-256color` where the system describes it (older macOS does not), else `screen-256color`. */
export function terminalName(): string {
  const folders = [
    '/usr/share/terminfo',
    '/lib/terminfo',
    '/etc/terminfo',
    '/usr/lib/terminfo',
    '/opt/homebrew/share/terminfo',
  ];
  const found = folders.some((folder) => isThere(`${folder}/t/tmux-256color`) || isThere(`${folder}/74/tmux-256color`));
  return found ? 'tmux-256color' : 'screen-256color';
}

function isThere(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code) return false;
    throw error;
  }
}
