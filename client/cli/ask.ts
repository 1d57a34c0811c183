/** Asks before something is destroyed. */
import { createInterface } from 'node:readline/promises';
import type { Context } from './context.js';
import { failure } from './fail.js';
import { clean } from './text.js';

/** Returns when the person agreed or --yes was given. Throws InvalidParams where nobody can be asked, Cancelled on a no. */
export async function confirm({ canAsk, signal }: Context, yes: boolean, deed: string): Promise<void> {
  if (yes) return;
  if (!canAsk)
    throw failure('InvalidParams', `${deed} needs a confirmation, and there is nobody to ask.`, 'Add --yes.');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question(`${clean(deed)}? [y/N] `, { signal });
    if (/^y(es)?$/i.test(answer.trim())) return;
  } catch (error) {
    if (!signal.aborted && (error as Error).name !== 'AbortError') throw error;
  } finally {
    lines.close();
  }
  throw failure('Cancelled', 'Not done.', 'Nothing was changed; --yes does it without asking.');
}
