/** What orchestrators make of what happens around them: who is to know, what their status is, what they say again. */
import type { Stall, Told } from '#protocol';
import { type Busy, createBusy } from './doing.js';
import type { Noticing } from './noticing.js';
import { isWatching, type Kept, statusOf } from './orchestrator.js';
import { createReports } from './reports.js';
import type { Roster } from './roster.js';

/** Whatever makes no progress. */
export interface StallsHeard {
  /** Of a user, now, the longest first. */
  list(user: string): readonly Stall[];
  /** Called once it is written down and told. Returns the way out. */
  onEpisode(listener: (event: EpisodeHeard) => void): () => void;
  /** Another threshold counts from now on. */
  rejudge(): void;
}

export interface EpisodeHeard {
  readonly kind: 'begun' | 'worse' | 'over';
  readonly userId: string;
  readonly stall: Stall;
  readonly reason?: Told<'session/recovered'>['reason'];
}

export interface MonitorDeps {
  readonly roster: Roster;
  readonly noticing: Noticing;
  readonly stalls: StallsHeard;
  /** These make no progress, and some of them are new since the last time. Returns at once. */
  readonly inform: (kept: Kept, trouble: readonly Stall[]) => void;
  readonly steady: (what: string, round: () => unknown) => Promise<boolean>;
  readonly now: () => number;
}

export interface Monitor extends Pick<Busy, 'begin'> {
  /** Takes up where an earlier daemon ended. */
  start(): void;
  close(): void;
}

export function createMonitor(deps: MonitorDeps): Monitor {
  const { roster, noticing, stalls } = deps;
  const steadily = (round: () => unknown) => void deps.steady('what orchestrators notice', round);
  const busy = createBusy((id) => steadily(() => refresh(id)));
  const reports = createReports({ ...deps, steadily });
  /** Whose it is, and what bears on who watches what. */
  const known = new Map<string, { readonly userId: string; readonly sign: string }>();

  const refresh = (id: string) => {
    const kept = roster.find(id);
    if (!kept) return reports.forget(id);
    const trouble = noticing.troubles(kept);
    const status = statusOf(kept, { ...busy.of(id), troubled: trouble.length > 0 });
    if (status !== kept.status) {
      const details = { from: kept.status, to: status };
      roster.change({ ...kept, status, updatedAt: deps.now() }, { action: 'status_changed', details });
    }
    reports.set(kept, trouble.length > 0);
  };

  const refreshAll = (user: string) => {
    for (const { id } of roster.list(user)) refresh(id);
  };

  /** Others watch now, or by another measure. */
  const reassign = (user: string) => {
    stalls.rejudge();
    for (const stall of stalls.list(user)) noticing.notice(stall);
    refreshAll(user);
  };

  const forget = (id: string) => {
    known.delete(id);
    busy.forget(id);
    reports.forget(id);
  };

  const leaveRoster = roster.onChange((id, kept) => {
    const before = known.get(id);
    if (kept) known.set(id, signOf(kept));
    else forget(id);
    const user = kept?.userId ?? before?.userId;
    if (user === undefined) return;
    if (before?.sign === known.get(id)?.sign) steadily(() => refresh(id));
    else steadily(() => reassign(user));
  });

  const leaveStalls = stalls.onEpisode(({ kind, userId, stall, reason }) =>
    steadily(() => {
      if (kind === 'over') noticing.over(userId, stall, reason);
      else noticing.notice(stall);
      refreshAll(userId);
      if (kind !== 'over') noticing.remedy(stall);
    }),
  );

  return {
    begin: busy.begin,
    start() {
      for (const kept of roster.all()) known.set(kept.id, signOf(kept));
      steadily(noticing.settle);
      for (const user of new Set(roster.all().map(({ userId }) => userId))) steadily(() => reassign(user));
    },
    close() {
      leaveRoster();
      leaveStalls();
      reports.close();
    },
  };
}

function signOf(kept: Kept) {
  return { userId: kept.userId, sign: `${isWatching(kept)} ${kept.stallThreshold}` };
}
