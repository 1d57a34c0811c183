/** The watch over agents' progress as the daemon wires it, over real SQLite, with a clock and agents of the test. */
import { setImmediate } from 'node:timers/promises';
import type { AgentState, Session, SessionHealth } from '#protocol';
import type { Look } from '../../daemon/agents/agents.js';
import { openDatabase } from '../../daemon/db/open.js';
import { createJournal } from '../../daemon/events/journal.js';
import { createHub } from '../../daemon/rpc/hub.js';
import { createSessionStore } from '../../daemon/sessions/store.js';
import type { EpisodeEvent } from '../../daemon/stalls/episodes.js';
import { createStalls } from '../../daemon/stalls/stalls.js';
import { createStallStore } from '../../daemon/stalls/store.js';
import type { Process } from '../../daemon/stalls/tree.js';
import { sample } from './sample.js';

export interface Shown {
  readonly state: AgentState;
  readonly lines?: readonly string[];
  readonly spawnId?: string;
  readonly provider?: Look['provider'];
  readonly toolOpen?: boolean;
  readonly code?: number | null;
  readonly cols?: number;
}

export type Stalled = ReturnType<typeof openStalled>;

/** `path` names a database to keep. */
export function openStalled({
  path = ':memory:',
  clock = createFakeClock(),
  threshold = 300,
  thresholdMs = () => threshold * 1000,
} = {}) {
  const db = openDatabase(path);
  const sessions = createSessionStore(db);
  const journal = createJournal(db, createHub(), () => Math.round(clock.now()));
  const processes = new Map<string, () => readonly Process[]>();
  /** When files were written. */
  const written = new Map<string, number>();
  /** What was told, in order. */
  const told: (EpisodeEvent & { readonly at: number })[] = [];
  const health = new Map<string, readonly [SessionHealth, string | null]>();
  const reminded: { readonly id: string; readonly minutes: number }[] = [];
  const states = new Map<string, { state: AgentState; since: number }>();
  const counts = { looks: 0, samples: 0 };
  const failing = { next: 0 };
  let listener: (look: Look) => void = () => {};
  const stalls = createStalls({
    ...{ sessions, journal, clock, now: clock.now, store: createStallStore(db) },
    agents: {
      onLook(hear) {
        listener = hear;
        return () => {
          listener = () => {};
        };
      },
      setHealth(id, now, cause) {
        if (failing.next-- > 0) throw new Error('the disk is full');
        health.set(id, [now, cause]);
        sessions.setAgent(id, { agentState: sessions.find(id)!.agentState, health: now });
      },
    },
    thresholdMs,
    async processes(id) {
      counts.samples++;
      return processes.get(id)?.() ?? null;
    },
    writtenAt: async (path) => written.get(path),
    async steady(_what, round) {
      try {
        await round();
        return true;
      } catch {
        return false;
      }
    },
  });
  stalls.onEpisode((event) => void told.push({ ...event, at: clock.ticks() }));
  stalls.onReminder(({ session, waitedMs }) => void reminded.push({ id: session.id, minutes: waitedMs / 60_000 }));

  return {
    ...{ db, clock, stalls, sessions, journal, processes, written, told, health, reminded, counts, failing },
    made(changes: Partial<Session> = {}): string {
      const session = sample(changes);
      sessions.intend(session);
      sessions.save(session);
      return session.id;
    },
    /** One look at a session, as its screen then shows it. */
    look(id: string, { state, spawnId = 'first', code, cols = 80, ...shown }: Shown): void {
      counts.looks++;
      const before = states.get(id);
      const since = before?.state === state ? before.since : clock.now();
      states.set(id, { state, since });
      const lines = shown.lines ?? ['● Hello', '❯ '];
      listener({
        ...{ sessionId: id, spawnId, at: clock.now(), provider: shown.provider ?? 'claude' },
        grid: { ...EMPTY, lines, cols },
        verdict: { state, since, evidence: [], deadlineAt: null, ...(code !== undefined && { code }) },
        ...{ composer: undefined, dialog: undefined, toolOpen: shown.toolOpen ?? false, dropped: 0 },
      });
    },
    /** Lets so much time go by, with everything that is due in it. */
    async pass(seconds: number): Promise<void> {
      const until = clock.ticks() + seconds * 1000;
      // What was begun at a deadline goes on before the next.
      while (clock.step(until)) await setImmediate();
    },
    events: (user = 'ann') => journal.list(user, 0, 10_000, ['session/stalled', 'session/recovered']),
    close() {
      stalls.close();
      db.close();
    },
  };
}

/** `begun info no_progress 300` and the like, with the seconds since a start. */
export function story({ told }: Stalled, from = 5000): string[] {
  return told.map((event) => {
    const { stall, at } = event;
    const seconds = Math.round((at - from) / 1000);
    return event.kind === 'over'
      ? `over ${event.reason} ${seconds}`
      : `${event.kind} ${stall.severity} ${stall.health} ${stall.cause} ${seconds}`;
  });
}

const EMPTY: Omit<Look['grid'], 'lines' | 'cols'> = {
  ...{ rows: 24, vivid: [], reverse: [], cursor: { line: 0, column: 0, shown: true }, title: '', alternate: false },
};

/** Time goes by when it is told to. */
export function createFakeClock(start = Date.UTC(2026, 0, 1)) {
  let [wall, ticks] = [start, 5000];
  const timers = new Map<number, { readonly at: number; readonly call: () => void }>();
  const counts = { set: 0, rung: 0 };
  let last = 0;
  const go = (ms: number) => {
    wall += ms;
    ticks += ms;
  };
  return {
    counts,
    now: () => wall,
    ticks: () => ticks,
    after(ms: number, call: () => void) {
      counts.set++;
      const id = ++last;
      timers.set(id, { at: ticks + ms, call });
      return () => void timers.delete(id);
    },
    /** How many timers run. */
    get running() {
      return timers.size;
    },
    /** Goes on to the next timer, but not beyond `until`; false when that is reached. */
    step(until: number): boolean {
      const next = [...timers].sort(([, a], [, b]) => a.at - b.at)[0];
      if (!next || next[1].at > until) {
        if (until > ticks) go(until - ticks);
        return false;
      }
      if (next[1].at > ticks) go(next[1].at - ticks);
      timers.delete(next[0]);
      counts.rung++;
      next[1].call();
      return true;
    },
    /** The computer sleeps: only the clock on the wall goes on. */
    sleep(seconds: number) {
      wall += seconds * 1000;
    },
    /** Nothing is run for so long, though time goes by. */
    stop: (seconds: number) => go(seconds * 1000),
  };
}
