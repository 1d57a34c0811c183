/** Judges what must belong to one user alone. */
import type { Finding } from '#protocol/diagnosis';
import { failure, word } from './check.js';

export interface Owned {
  readonly mode: number;
  readonly uid: number;
}

export interface Wanted {
  readonly path: string;
  /** `700` for a folder, `600` for a file. */
  readonly mode: number;
  readonly uid: number;
  readonly user: string;
}

/** Undefined when nothing is wrong with it. */
export function judgePrivate({ mode, uid }: Owned, wanted: Wanted): Finding | undefined {
  const { path } = wanted;
  if (uid !== wanted.uid)
    return failure(`${path} belongs to user ${uid}, not to you.`, `sudo chown ${wanted.user} ${word(path)}`);
  const bits = mode & 0o777;
  const cure = `chmod ${wanted.mode.toString(8)} ${word(path)}`;
  const is = `${path} has mode ${octal(bits)}`;
  if (bits & 0o077) return failure(`${is}, so others can get at it.`, cure);
  if ((bits & wanted.mode) !== wanted.mode) return failure(`${is}, so the daemon cannot use it.`, cure);
  return undefined;
}

export const octal = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0');
