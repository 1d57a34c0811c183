/** Directories as people name them: from where they are, or by a full path on another machine. */
import { isAbsolute, resolve } from 'node:path';
import { failure } from './fail.js';

/** An absolute path. Throws InvalidParams when it was to be found from a directory that is no more, or is not known there. */
export function pathOn(host: string | undefined, given: string): string {
  if (host !== undefined && !isAbsolute(given)) {
    const from = given === '.' ? 'Where you are' : `"${given}"`;
    throw failure('InvalidParams', `${from} says nothing on ${host}.`, 'Name it by its full path there.');
  }
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

/** Where a session's program starts: where -C says, else here. On another machine its daemon decides. */
export function startDirectory(host: string | undefined, given: string | undefined): { projectPath?: string } {
  if (host !== undefined && given === undefined) return {};
  return { projectPath: pathOn(host, given ?? '.') };
}
