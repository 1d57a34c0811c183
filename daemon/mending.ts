/** Looks now and then whether what was wrong with the disk or the descriptors is over. */
import { closeSync, openSync, statfsSync } from 'node:fs';
import type { Board, ComponentName } from './health/board.js';

const LOOK_MS = 2000;
const ROOM_BYTES = 1024 * 1024;

const checks: readonly [ComponentName, (home: string) => boolean][] = [
  ['disk', hasRoom],
  ['descriptors', canOpen],
];

/** Costs nothing while all is well. Returns the end of it. */
export function watchMending(board: Pick<Board, 'find' | 'clear'>, home: string): () => void {
  const timer = setInterval(() => {
    for (const [name, isWell] of checks) if (board.find(name) && isWell(home)) board.clear(name);
  }, LOOK_MS).unref();
  return () => clearInterval(timer);
}

function hasRoom(home: string): boolean {
  const { bavail, bsize } = statfsSync(home);
  return bavail * bsize >= ROOM_BYTES;
}

function canOpen(home: string): boolean {
  try {
    closeSync(openSync(home, 'r'));
    return true;
  } catch (error) {
    if (['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
