/** One timer for any number of deadlines: it is set for the next one, and for none when there is none. */

export interface Clock {
  /** Milliseconds that never go back. */
  ticks(): number;
  /** Calls once, some time after; returns what calls it off. */
  after(ms: number, call: () => void): () => void;
}

export interface Deadlines {
  /** Of one name there is one; undefined removes it. */
  set(name: string, at: number | undefined): void;
  close(): void;
}

interface Entry {
  readonly name: string;
  readonly at: number;
}

/** Longer ones a timer of Node takes for none. */
const LONGEST_MS = 2 ** 31 - 1;

/** `due` is called for each that is reached, which is then gone, with how late that is noticed. */
export function createDeadlines(clock: Clock, due: (names: readonly string[], lateMs: number) => void): Deadlines {
  const wanted = new Map<string, number>();
  /** A heap: no entry is before the one it hangs on. Entries that are not wanted any more are left until they come up. */
  let heap: Entry[] = [];
  let armedAt = Number.POSITIVE_INFINITY;
  let disarm = () => {};

  const isWanted = ({ name, at }: Entry) => wanted.get(name) === at;
  const next = () => {
    while (heap.length > 0 && !isWanted(heap[0]!)) pop(heap);
    return heap[0];
  };

  /** A timer that comes too early looks what there is to do, and is set again: cheaper than setting it at each change. */
  const arm = () => {
    const at = next()?.at;
    if (at === undefined || at >= armedAt) return;
    disarm();
    armedAt = at;
    disarm = clock.after(Math.min(Math.max(0, at - clock.ticks()), LONGEST_MS), ring);
  };

  const ring = () => {
    const now = clock.ticks();
    const lateMs = now - armedAt;
    armedAt = Number.POSITIVE_INFINITY;
    const names: string[] = [];
    for (let entry = next(); entry && entry.at <= now; entry = next()) {
      names.push(entry.name);
      wanted.delete(entry.name);
    }
    if (names.length > 0) due(names, lateMs);
    arm();
  };

  return {
    set(name, at) {
      if (wanted.get(name) === at) return;
      if (at === undefined) wanted.delete(name);
      else {
        wanted.set(name, at);
        push(heap, { name, at });
      }
      if (heap.length > 2 * wanted.size + 64) heap = heap.filter(isWanted).sort((a, b) => a.at - b.at);
      arm();
    },
    close() {
      wanted.clear();
      heap = [];
      disarm();
    },
  };
}

function push(heap: Entry[], entry: Entry): void {
  let at = heap.push(entry) - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    if (heap[above]!.at <= entry.at) break;
    heap[at] = heap[above]!;
    at = above;
  }
  heap[at] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const right = left + 1;
    const below = right < heap.length && heap[right]!.at < heap[left]!.at ? right : left;
    if (below >= heap.length || heap[below]!.at >= last.at) break;
    heap[at] = heap[below]!;
    at = below;
  }
  heap[at] = last;
}
