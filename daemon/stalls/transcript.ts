/** When an agent last wrote into its transcript. */
import { stat } from 'node:fs/promises';

/** Unix ms; undefined for a file that is not there, or cannot be looked at. */
export async function writtenAt(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The path is what a hook told: it may be anything.
    if (code !== undefined) return undefined;
    throw error;
  }
}
