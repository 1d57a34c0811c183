/** When an orchestrator types: from the first key of an injection of its until the agent has it, or never will. */
import type { Receipt, ReceiptState } from '#protocol';
import type { Monitor } from './monitor.js';

const during: ReadonlySet<ReceiptState> = new Set(['typed', 'submitted'] as const);

/** To be told of each step of each receipt. Of one that ended nothing is kept. */
export function createTyping(begin: Monitor['begin']): (receipt: Receipt) => void {
  const ends = new Map<string, () => void>();
  return ({ id, orchestratorId, state }) => {
    if (orchestratorId === null) return;
    if (during.has(state)) {
      if (!ends.has(id)) ends.set(id, begin(orchestratorId, 'typing'));
      return;
    }
    ends.get(id)?.();
    ends.delete(id);
  };
}
