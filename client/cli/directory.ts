/** Where a session's program starts: here, or where -C says. */
import { resolve } from 'node:path';
import { failure } from './fail.js';

/** An absolute path. Throws InvalidParams when it was to be found from a directory that is no more. */
export function startDirectory(given = '.'): string {
  try {
    return resolve(given);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw failure(
      'InvalidParams',
      'The directory you are in no longer exists.',
      'Go to another with `cd`, or name one by its full path: `-C ~/src/app`.',
    );
  }
}
