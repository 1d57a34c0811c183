/** The episodes that are open: begun, made worse and ended, each written down and told once. */
import { randomUUID } from 'node:crypto';
import type { Stall } from '#protocol';
import type { Journal } from '../events/journal.js';
import { minutes, type Reason, stallFrom, worsened } from './episode.js';
import type { Kept, StallStore } from './store.js';
import type { Standing } from './track.js';

export type EpisodeEvent =
  | { readonly kind: 'begun' | 'worse'; readonly userId: string; readonly stall: Stall }
  | { readonly kind: 'over'; readonly userId: string; readonly stall: Stall; readonly reason: Reason };

export interface Open extends Kept {
  readonly userId: string;
  /** Since when nothing came of it, by the clock of the judge; undefined until its session was looked at again. */
  readonly since: number | undefined;
}

export interface Episodes {
  /** After a start, as the store has it. */
  find(sessionId: string): Open | undefined;
  /** How long nothing came of it, by the clock on the wall, which a restart does not set back. */
  silentMs(open: Open): number;
  /** The session shows what it showed when the daemon ended: the episode goes on. */
  resume(open: Open, since: number): void;
  /** These three are for within an act of the journal. */
  begin(standing: Standing): Stall;
  worsen(open: Open, standing: Standing): Stall;
  end(open: Open, reason: Reason): void;
  all(): Iterable<Open>;
  /** The user's, the longest first. */
  list(user: string): Stall[];
  /** Called once it is written down and told. Returns the way out. */
  onEpisode(listener: (event: EpisodeEvent) => void): () => void;
}

export interface EpisodesDeps {
  readonly store: StallStore;
  readonly journal: Pick<Journal, 'tell' | 'afterwards'>;
  readonly now: () => number;
}

/** Episodes that are over are kept so long. */
const KEPT_MS = 30 * 24 * 3_600_000;

export function createEpisodes({ store, journal, now }: EpisodesDeps): Episodes {
  const open = new Map<string, Open>(
    store.open().map(({ userId, kept }) => [kept.stall.sessionId, { ...kept, userId, since: undefined }]),
  );
  const listeners = new Set<(event: EpisodeEvent) => void>();
  const afterwards = (effect: () => void, event: EpisodeEvent) =>
    journal.afterwards(() => {
      effect();
      for (const listener of listeners) listener(event);
    });
  const put = (one: Open) => void open.set(one.stall.sessionId, one);

  return {
    find: (sessionId) => open.get(sessionId),
    silentMs: ({ stall }) => Math.max(0, now() - stall.lastActivityAt),
    resume: (one, since) => put({ ...one, since }),
    begin({ session, progress, judged, now: ticks }) {
      const { userId } = session;
      const forMs = ticks - judged.since;
      const stall = stallFrom({ id: randomUUID(), session, judged, facts: progress, forMs, at: now() });
      const kept = { stall, hash: progress.content.hash };
      store.forget(session.id, now() - KEPT_MS);
      store.begin(userId, kept);
      journal.tell(userId, 'session/stalled', { sessionId: session.id, stall });
      afterwards(() => put({ ...kept, userId, since: judged.since }), { kind: 'begun', userId, stall });
      return stall;
    },
    worsen(one, { progress, judged, now: ticks }) {
      const forMs = ticks - (one.since ?? ticks);
      const stall = worsened(one.stall, { judged, facts: progress, forMs });
      const next = { ...one, stall, hash: progress.content.hash };
      store.change({ stall, hash: next.hash });
      afterwards(() => put(next), { kind: 'worse', userId: one.userId, stall });
      return stall;
    },
    end(one, reason) {
      const { userId } = one;
      const { id, sessionId } = one.stall;
      const stall = aged(one.stall, now());
      store.end(id, now());
      journal.tell(userId, 'session/recovered', { sessionId, stall, reason });
      afterwards(() => void open.delete(sessionId), { kind: 'over', userId, stall, reason });
    },
    all: () => open.values(),
    list: (user) =>
      [...open.values()]
        .filter(({ userId }) => userId === user)
        .map(({ stall }) => aged(stall, now()))
        .sort((one, other) => one.lastActivityAt - other.lastActivityAt),
    onEpisode(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function aged(stall: Stall, now: number): Stall {
  return { ...stall, stalledMinutes: minutes(now - stall.lastActivityAt) };
}
