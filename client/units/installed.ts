/** Which system keeps programs running here, and whether it keeps ours. */
import { readFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { homeFolder, pathsIn } from '#protocol/paths';
import { isOurUnit } from '#protocol/units';
import { launchd } from './launchctl.js';
import { systemd } from './systemctl.js';
import type { Part, Supervisor } from './unit.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** RDV_SUPERVISOR chooses between the two, for tests. */
export function supervisorHere(environment: Environment = process.env): Supervisor {
  const userHome = environment.HOME || homedir();
  const kind = environment.RDV_SUPERVISOR || (process.platform === 'darwin' ? 'launchd' : 'systemd');
  if (kind === 'launchd') return launchd({ uid: userInfo().uid, userHome });
  return systemd(environment, userHome);
}

/** The data folder when nobody names another one. */
export const usualHome = (): string => pathsIn(homeFolder({}, homedir())).home;

/** What a file of ours is for. */
export function isFor(text: string, home: string, supervisor: Supervisor): boolean {
  if (!isOurUnit(text)) return false;
  return home === usualHome() ? !text.includes('REMOTE_DEV_DIR') : text.includes(supervisor.homeLine(home));
}

export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return undefined;
  }
}

/** Who keeps the daemon of this data folder running; undefined when nobody does. */
export function findUnit(part: Part, home: string, environment: Environment = process.env): Supervisor | undefined {
  const supervisor = supervisorHere(environment);
  const text = readIfThere(supervisor.file(part));
  return text !== undefined && isFor(text, home, supervisor) ? supervisor : undefined;
}
