/** What each orchestrator is busy with, of which its status tells. */
import type { Doing } from './orchestrator.js';

type What = Exclude<keyof Doing, 'troubled'>;

export interface Busy {
  /** Returns the end of it. Ending twice is harmless. */
  begin(id: string, what: What): () => void;
  of(id: string): Pick<Doing, What>;
  forget(id: string): void;
}

/** `changed` is called whenever one begins or ends with something. */
export function createBusy(changed: (id: string) => void): Busy {
  const counts = { bootstrapping: new Map<string, number>(), typing: new Map<string, number>() };
  const add = (what: What, id: string, more: 1 | -1) => {
    const count = (counts[what].get(id) ?? 0) + more;
    if (count > 0) counts[what].set(id, count);
    else counts[what].delete(id);
    changed(id);
  };
  return {
    begin(id, what) {
      add(what, id, 1);
      let over = false;
      return () => {
        if (!over) add(what, id, -1);
        over = true;
      };
    },
    of: (id) => ({ bootstrapping: counts.bootstrapping.has(id), typing: counts.typing.has(id) }),
    forget(id) {
      for (const count of Object.values(counts)) count.delete(id);
    },
  };
}
