/** Lets what waits be typed when its program becomes idle: one message for each time; and gives up what waited too long. */
import type { Agents, Look } from '../agents/agents.js';
import type { Queue } from './queue.js';

export interface DrainDeps {
  readonly queue: Queue;
  readonly agents: Pick<Agents, 'find' | 'onChange'>;
  readonly now: () => number;
  /** Types what is next in a session, if that goes now; never rejects for what can happen. */
  next(sessionId: string): Promise<unknown>;
  /** Gives up what waited too long, or has nobody left to be typed for. */
  expire(): void;
}

/** However quiet everything is, what waits is looked at this often. */
const SWEEP_MS = 30_000;

export function createDrain({ queue, agents, now, next, expire }: DrainDeps, sweepMs = SWEEP_MS) {
  let timer: NodeJS.Timeout | undefined;
  /** Sessions in which something is being typed. */
  const busy = new Set<string>();
  /** Of those, the ones that became idle meanwhile. */
  const again = new Set<string>();

  const drain = async (sessionId: string) => {
    if (queue.count(sessionId) === 0) return;
    if (busy.has(sessionId)) return void again.add(sessionId);
    busy.add(sessionId);
    try {
      await next(sessionId);
    } finally {
      busy.delete(sessionId);
      if (again.delete(sessionId)) void drain(sessionId);
    }
  };

  const arm = () => {
    clearTimeout(timer);
    timer = undefined;
    const first = queue.firstExpiry();
    if (first === undefined) return;
    timer = setTimeout(sweep, Math.max(0, Math.min(sweepMs, first - now()))).unref();
  };

  const sweep = () => {
    expire();
    for (const sessionId of queue.sessions()) void drain(sessionId);
    arm();
  };

  const leave = agents.onChange(({ look }) => {
    if (rests(look)) void drain(look.sessionId);
  });

  return {
    /** Something waits in a session now. */
    added(sessionId: string): void {
      arm();
      // While another is typed it waits for the end of that turn.
      const look = busy.has(sessionId) ? undefined : agents.find(sessionId);
      if (look && rests(look)) void drain(sessionId);
    },
    /** After a restart: some may have become idle while nobody looked. */
    start(): void {
      arm();
      for (const sessionId of queue.sessions()) void drain(sessionId);
    },
    close(): void {
      leave();
      clearTimeout(timer);
    },
  };
}

const rests = ({ verdict }: Look) => verdict.state === 'idle';
