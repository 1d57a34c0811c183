/** What waits to be typed, by session: in order, bounded, and no longer than it may. */
import type { Injection } from './receipt.js';

export interface Queue {
  /** How many wait for a session. */
  count(sessionId: string): number;
  add(injection: Injection): void;
  /** The next one of a session. */
  next(sessionId: string): Injection | undefined;
  remove(injection: Injection): void;
  /** All of a session, in order. */
  of(sessionId: string): readonly Injection[];
  sessions(): string[];
  /** When the first of all is given up; undefined when nothing waits. */
  firstExpiry(): number | undefined;
}

export function createQueue(): Queue {
  const lines = new Map<string, Injection[]>();
  const idOf = ({ receipt }: Injection) => receipt.id;
  return {
    count: (sessionId) => lines.get(sessionId)?.length ?? 0,
    add(injection) {
      const { sessionId } = injection.receipt;
      const line = lines.get(sessionId) ?? [];
      lines.set(sessionId, line);
      const queued = line.findIndex(({ waiting }) => waiting!.mode === 'queue');
      // What is to be typed as soon as that goes stands before what has time.
      if (injection.waiting!.mode === 'queue' || queued === -1) line.push(injection);
      else line.splice(queued, 0, injection);
    },
    next: (sessionId) => lines.get(sessionId)?.[0],
    remove(injection) {
      const { sessionId } = injection.receipt;
      const left = (lines.get(sessionId) ?? []).filter((other) => idOf(other) !== idOf(injection));
      if (left.length > 0) lines.set(sessionId, left);
      else lines.delete(sessionId);
    },
    of: (sessionId) => lines.get(sessionId) ?? [],
    sessions: () => [...lines.keys()],
    firstExpiry() {
      const times = [...lines.values()].flat().map(({ receipt }) => receipt.expiresAt);
      return times.length > 0 ? Math.min(...times) : undefined;
    },
  };
}
