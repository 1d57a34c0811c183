/** Judges what the system and the environment allow. */
import type { Finding } from '#protocol/diagnosis';
import { failure, note, ok, warning } from './check.js';

export type Limit = number | 'unlimited';

/** What the daemon needs, and what twenty agents with their own programs are well with. */
const FILES = { least: 1024, good: 4096 };
const PROCESSES = { least: 512, good: 4096 };
const WATCHES = { least: 8192, good: 65_536 };
const INSTANCES = 128;

export function judgeOpenFiles(limit: Limit | undefined): Finding {
  return judge(limit, FILES, 'open files', 'ulimit -n');
}

export function judgeProcesses(limit: Limit | undefined): Finding {
  return judge(limit, PROCESSES, 'processes', 'ulimit -u');
}

function judge(limit: Limit | undefined, { least, good }: typeof FILES, what: string, command: string): Finding {
  if (limit === undefined) return ok('this system does not tell');
  if (limit === 'unlimited' || limit >= good) return ok(`${limit} ${what} at most`);
  const cure = `${command} ${good}; rdv daemon stop; rdv daemon start`;
  if (limit < least) return warning(`At most ${limit} ${what}; the daemon needs ${least}.`, cure);
  return note(`At most ${limit} ${what}; with twenty agents ${good} are better.`, cure);
}

export function judgeWatches(watches: number | undefined, instances: number | undefined): Finding {
  if (watches === undefined || instances === undefined) return ok('this system has no such limit');
  const seen = `${watches} watched files and ${instances} watchers at most`;
  const cure =
    watches < WATCHES.good
      ? `sudo sysctl fs.inotify.max_user_watches=${8 * WATCHES.good}`
      : `sudo sysctl fs.inotify.max_user_instances=${4 * INSTANCES}`;
  if (watches < WATCHES.least) return warning(`${seen}: a project that is watched soon has too few.`, cure);
  if (watches < WATCHES.good || instances < INSTANCES)
    return note(`${seen}; agents that watch projects may run out of them.`, cure);
  return ok(seen);
}

export function judgeUmask(umask: number): Finding {
  const seen = `umask ${umask.toString(8).padStart(4, '0')}`;
  if ((umask & 0o700) !== 0) return warning(`${seen}: programs cannot use what they make.`, 'umask 022');
  if ((umask & 0o002) === 0) return warning(`${seen}: anybody may change what programs in sessions make.`, 'umask 022');
  return ok(seen);
}

/** These may be shown; of others only the name, since who knows what is in it. */
const shown = ['RDV_BACKEND', 'RDV_LOG_LEVEL', 'RDV_SOCKET', 'RDV_DAEMON', 'RDV_NO_AUTOSTART'];

export function judgeVariables(environment: Readonly<Record<string, string | undefined>>): Finding {
  const set = Object.entries(environment).filter(([name, value]) => name.startsWith('RDV_') && value);
  const { RDV_BACKEND: backend } = environment;
  if (backend && !['tmux', 'pty'].includes(backend))
    return failure(`RDV_BACKEND is ${backend}; no daemon starts with that.`, 'unset RDV_BACKEND');
  if (set.length === 0) return ok('no RDV_ variable is set');
  const list = set.map(([name, value]) => (shown.includes(name) ? `${name}=${value}` : name));
  return note(`Set, and changing how rdv works: ${list.join(', ')}.`, `unset ${set.map(([name]) => name).join(' ')}`);
}
