/** The board on which the parts of the daemon say what is wrong with them, until it is over. */
import type { Log } from '../rpc/serve.js';

/** What health is told of, in the order in which it is shown. */
export const componentNames = [
  'database',
  'disk',
  'tmux',
  'git',
  'audit',
  'clock',
  'event loop',
  'log',
  'descriptors',
  'webhook',
] as const;
export type ComponentName = (typeof componentNames)[number];

export interface Problem {
  /** Cause and cure, in whole sentences: "The disk is full: ... Free some space under ...". No secrets. */
  readonly reason: string;
  /** For what has no end that could be seen, such as a clock that jumped: it is forgotten after so long. */
  readonly lastsMs?: number;
}

export interface Noted {
  readonly reason: string;
  /** When it was first noted, Unix ms. */
  readonly since: number;
  /** How often it was noted since then. */
  readonly times: number;
}

export interface Board {
  /**
   * From now on the component is degraded; a later problem takes the place of an earlier one. Cheap, and never throws:
   * it is called where something has just failed. Noting again what is there already is counted, and logged once.
   */
  note(component: ComponentName, problem: Problem): void;
  /** It works again. Costs next to nothing when nothing was noted, so it may be called after each success. */
  clear(component: ComponentName): void;
  /** What is noted of it now; undefined when all is well. */
  find(component: ComponentName): Noted | undefined;
}

export interface BoardDeps {
  readonly log: Log;
  /** Unix ms. */
  readonly now: () => number;
  /** Milliseconds that never go back. */
  readonly ticks?: () => number;
}

interface Entry {
  readonly reason: string;
  readonly since: number;
  times: number;
  /** In ticks. */
  endsAt: number;
}

export function createBoard({ log, now, ticks = () => performance.now() }: BoardDeps): Board {
  const entries = new Map<ComponentName, Entry>();

  const current = (component: ComponentName): Entry | undefined => {
    const entry = entries.get(component);
    if (!entry || ticks() < entry.endsAt) return entry;
    entries.delete(component);
    return undefined;
  };

  /** What is noted here may be that the log cannot be written. */
  const tell = (line: Parameters<Log>[0]) => {
    try {
      log(line);
    } catch (error) {
      entries.set('log', {
        reason: `The log cannot be written: ${error}.`,
        since: now(),
        times: 1,
        endsAt: Number.POSITIVE_INFINITY,
      });
    }
  };

  return {
    note(component, { reason, lastsMs = Number.POSITIVE_INFINITY }) {
      const before = current(component);
      const endsAt = ticks() + lastsMs;
      if (before?.reason === reason) {
        before.times++;
        before.endsAt = endsAt;
        return;
      }
      entries.set(component, { reason, since: before?.since ?? now(), times: (before?.times ?? 0) + 1, endsAt });
      tell({ level: 'warn', message: 'degraded', component, reason });
    },
    clear(component) {
      if (entries.size === 0 || !entries.delete(component)) return;
      tell({ level: 'info', message: 'well again', component });
    },
    find(component) {
      const entry = current(component);
      return entry && { reason: entry.reason, since: entry.since, times: entry.times };
    },
  };
}
