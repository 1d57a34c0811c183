/** Brings what sessions, hooks and processes tell to the watch over agents' progress. */
import type { Session } from '#protocol';
import type { Agents } from './agents/agents.js';
import type { Pids } from './agents/pids.js';
import type { Configuration } from './config/configuration.js';
import type { Db } from './db/open.js';
import type { Journal } from './events/journal.js';
import type { Heard } from './overhear.js';
import type { Places } from './sessions/places.js';
import { isLive } from './sessions/session.js';
import type { SessionStore } from './sessions/store.js';
import type { Clock } from './stalls/deadlines.js';
import { readProcesses } from './stalls/processes.js';
import { createStalls } from './stalls/stalls.js';
import { createStallStore } from './stalls/store.js';
import { writtenAt } from './stalls/transcript.js';
import type { Steady } from './steady.js';

interface Deps<A extends Agents> {
  readonly agents: A;
  readonly store: SessionStore;
  readonly journal: Journal;
  readonly hearing: Set<(heard: Heard) => void>;
  readonly places: Places;
  readonly pids: Pick<Pids, 'pidOf' | 'learnPid'>;
  readonly configuration: Configuration;
  readonly db: Db;
  readonly now: () => number;
  readonly steady: Steady;
  /** As an orchestrator says it; undefined where none does. */
  readonly thresholdMs: (session: Session) => number | undefined;
}

/** The agents it returns pass on what hooks report. */
export function createStalling<A extends Agents>(deps: Deps<A>) {
  const { agents, configuration, pids, places, thresholdMs } = deps;
  const stallStore = createStallStore(deps.db);
  const stalls = createStalls({
    ...deps,
    ...{ sessions: deps.store, store: stallStore, clock, writtenAt },
    thresholdMs: (session) => thresholdMs(session) ?? configuration.values.monitoring.stall_threshold_seconds * 1000,
    async processes(id) {
      const place = places.find(id);
      if (!place) return null;
      await pids.learnPid(place.pane);
      const pid = pids.pidOf(place.pane);
      return pid === undefined ? null : readProcesses(pid);
    },
  });
  configuration.onChange(stalls.rejudge);
  deps.hearing.add(({ name, what }) => {
    if (name === 'injection/changed') stalls.typedInto(what.sessionId);
    if (name === 'session/changed' && !isLive(what.session)) stalls.ended(what.session.id);
  });
  const report: Agents['report'] = (told) => {
    const counted = agents.report(told);
    if (counted) stalls.heard(told);
    return counted;
  };
  return { stalls, agents: { ...agents, report }, stallStore };
}

const clock: Clock = {
  ticks: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms).unref();
    return () => clearTimeout(timer);
  },
};
