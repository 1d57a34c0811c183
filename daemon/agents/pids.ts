/** The first process of each pane: asked for once, since a pane keeps it for its life. */
import type { Backend } from '../backend/index.js';

export interface Pids {
  pidOf(pane: number): number | undefined;
  /** Resolves once it is known, or cannot be. Throws Unavailable. */
  learnPid(pane: number): Promise<void>;
  /** Another server gives its panes the same numbers. */
  forgetAll(): void;
}

export function createPids(backend: Pick<Backend, 'list'>): Pids {
  const pids = new Map<number, number>();
  let asking: Promise<void> | undefined;

  const ask = async () => {
    const windows = await backend.list();
    // What is not listed is no more.
    pids.clear();
    for (const { pane, pid } of windows) pids.set(pane, pid);
  };
  const known = (pane: number) => pids.get(pane) || undefined;

  return {
    pidOf: known,
    async learnPid(pane) {
      // A list that was asked for before this pane began does not hold it.
      if (asking && !pids.has(pane)) await asking;
      if (pids.has(pane)) return;
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      await asking;
      // One that is not there is not asked for again and again.
      if (!pids.has(pane)) pids.set(pane, 0);
    },
    forgetAll: () => pids.clear(),
  };
}
