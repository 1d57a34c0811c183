/** Which directory is meant: relative ones are from where the client works. */
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { failure } from '../failure.js';
import type { Place } from './tool.js';

/** Undefined when none is given and none is known. Throws InvalidParams for a relative one from nowhere. */
export function directoryOf({ directory: here }: Place, given: string | undefined): string | undefined {
  if (given === undefined || isAbsolute(given)) return given ?? here;
  if (given === '~' || given.startsWith('~/')) return join(homedir(), given.slice(1));
  if (here !== undefined) return resolve(here, given);
  throw failure(
    'InvalidParams',
    `\`directory\`: ${given} is relative, and nobody knows from where.`,
    'Give an absolute path.',
  );
}
