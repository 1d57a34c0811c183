/** Work in the background that outlives a failure of the disk or of tmux: told once a spell, and tried again another time. */
import { RpcError } from '#protocol';
import type { Board, ComponentName } from './health/board.js';
import type { Log } from './log/index.js';

/**
 * Runs one round, at once. Resolves with whether it went well; a failure that can happen is logged when it is the first
 * since the last success of the same name. Rejects for a bug.
 */
export type Steady = (what: string, round: () => unknown) => Promise<boolean>;

export interface SteadyDeps {
  readonly log: Log;
  readonly explain: (error: unknown) => RpcError | undefined;
}

export function createSteady({ log, explain }: SteadyDeps): Steady {
  const failing = new Set<string>();
  return async (what, round) => {
    try {
      await round();
    } catch (error) {
      const known = error instanceof RpcError ? error : explain(error);
      if (!known) throw error;
      if (!failing.has(what)) log({ level: 'warn', message: `${what}: put off`, reason: known.message });
      failing.add(what);
      return false;
    }
    if (failing.delete(what)) log({ level: 'info', message: `${what}: goes on` });
    return true;
  };
}

/** As `explain`, and the board shows what it was until it is over. */
export function noting(
  explain: (error: unknown) => RpcError | undefined,
  board: Pick<Board, 'note'>,
): (error: unknown) => RpcError | undefined {
  return (error) => {
    const known = explain(error);
    if (!known) return undefined;
    const component = components[known.data.code ?? ''];
    if (component) board.note(component, { reason: known.message });
    // Nobody looks whether it is over.
    else board.note('database', { reason: known.message, lastsMs: 60_000 });
    return known;
  };
}

const components: Readonly<Record<string, ComponentName>> = {
  DISK_FULL: 'disk',
  DISK_FAILED: 'disk',
  DISK_READ_ONLY: 'disk',
  TOO_MANY_FILES: 'descriptors',
};
