/** What of a look at a session matters for its progress. */
import type { Look } from '../agents/agents.js';
import type { Seen } from './progress.js';

/** `now` in Unix ms. */
export function seenIn({ provider, spawnId, grid, verdict, toolOpen }: Look, now: number): Seen {
  const isAgent = provider !== 'shell';
  const { state, since, code } = verdict;
  return {
    ...{ spawnId, isAgent, toolOpen, screen: grid },
    // What runs in a shell may be silent for as long as it likes.
    state: isAgent || state === 'exited' ? state : 'unknown',
    forMs: Math.max(0, now - since),
    died: isAgent && state === 'exited' && code !== 0,
  };
}
