/** The sessions that are watched: each is judged after a look at it, and at its next deadline when nothing happens. */
import type { HookReport } from '#protocol';
import type { Look } from '../agents/agents.js';
import { isLive } from '../sessions/session.js';
import type { SessionStore } from '../sessions/store.js';
import { type Clock, createDeadlines } from './deadlines.js';
import type { Episodes } from './episodes.js';
import { createJudging, type JudgingDeps } from './judging.js';
import { createJumps } from './jump.js';
import type { ReadProcesses } from './processes.js';
import { begunAnew, firstSeen, type Progress, progressed, sampled, seenAgain } from './progress.js';
import { isWork } from './report.js';
import { sampleAt } from './sampling.js';
import { seenIn } from './seen.js';
import { createTrack, type Track } from './track.js';

export interface WatchDeps extends Omit<JudgingDeps, 'episodes' | 'again'> {
  readonly sessions: Pick<SessionStore, 'find'>;
  /** The processes of a session; null when nobody can tell. */
  readonly processes: (sessionId: string) => ReturnType<ReadProcesses>;
  /** When a file was last written, Unix ms. */
  readonly writtenAt: (path: string) => Promise<number | undefined>;
  readonly now: () => number;
  readonly clock: Clock;
}

export type Watch = ReturnType<typeof createWatch>;

export function createWatch(deps: WatchDeps, episodes: Episodes) {
  const { sessions, clock } = deps;
  const tracks = new Map<string, Track>();
  const jumped = createJumps(deps.now, clock);
  const { judge, standingOf, onReminder } = createJudging({
    ...{ ...deps, episodes },
    again: (id, at) => deadlines.set(id, at),
  });

  function saw(look: Look): void {
    checkClocks(0);
    const session = sessions.find(look.sessionId);
    // An orchestrator's own session waits for hours, and others are what it is there for.
    if (!session || !isLive(session) || session.isOrchestratorSession) return;
    const [seen, now] = [seenIn(look, deps.now()), clock.ticks()];
    const known = tracks.get(session.id);
    if (known) known.progress = seenAgain(known.progress, seen, now);
    const track = known ?? createTrack(episodes, session, firstSeen(seen, now), now);
    tracks.set(session.id, track);
    judge(session, track);
  }

  /** When nobody can say what happened meanwhile, everything begins anew. */
  function checkClocks(lateMs: number): boolean {
    const jump = jumped(lateMs);
    if (jump) rejudge((progress) => begunAnew(progress, jump.sleptMs, clock.ticks()));
    return jump !== undefined;
  }

  function rejudge(change = (progress: Progress) => progress): void {
    for (const [id, track] of tracks) {
      track.progress = change(track.progress);
      judge(sessions.find(id), track, true);
    }
  }

  function wake(id: string): void {
    const [track, session] = [tracks.get(id), sessions.find(id)];
    if (!track || !session) return;
    const { now, judged, thresholdMs, progress } = standingOf(session, track);
    const at = sampleAt(progress, judged, { thresholdMs, sampledAt: track.sampledAt });
    if (at !== undefined && now >= at && !track.sampling) void sample(id, track);
    else judge(session, track);
  }

  async function sample(id: string, track: Track): Promise<void> {
    track.sampling = true;
    track.sampledAt = clock.ticks();
    await deps.steady('a look at the processes of agents', () => lookBehind(deps, id, track));
    track.sampling = false;
    // It may have ended meanwhile.
    if (tracks.get(id) === track) judge(sessions.find(id), track);
  }

  const deadlines = createDeadlines(clock, (ids, lateMs) => {
    if (!checkClocks(lateMs)) for (const id of ids) wake(id);
  });

  return {
    saw,
    rejudge: () => rejudge(),
    heard(report: Pick<HookReport, 'sessionId' | 'event' | 'transcriptPath'>) {
      const track = tracks.get(report.sessionId);
      if (!track) return;
      track.transcript = report.transcriptPath ?? track.transcript;
      if (!isWork(report)) return;
      track.progress = progressed(track.progress, clock.ticks());
      judge(sessions.find(report.sessionId), track);
    },
    /** A text is typed into it for somebody; that it shows is no progress. */
    typedInto(id: string) {
      const track = tracks.get(id);
      if (track) track.progress = { ...track.progress, drawnAt: clock.ticks() };
    },
    forget(id: string) {
      tracks.delete(id);
      deadlines.set(id, undefined);
    },
    onReminder,
    close() {
      deadlines.close();
      tracks.clear();
    },
  };
}

/** What an agent does behind its screen: its processes, and what it writes down. */
async function lookBehind({ processes, writtenAt, clock, now }: WatchDeps, id: string, track: Track): Promise<void> {
  const { transcript } = track;
  const wroteAt = transcript === undefined ? undefined : await writtenAt(transcript);
  const seen = await processes(id);
  const at = clock.ticks();
  const next = sampled(track.progress, seen ? { at, processes: seen } : undefined);
  track.progress = wroteAt === undefined ? next : progressed(next, at - Math.max(0, now() - wroteAt));
}
