/** Watches whether agents get anywhere: tells of episodes without progress, once each, and of their end. */
import type { Agents } from '../agents/agents.js';
import type { Journal } from '../events/journal.js';
import { isLive } from '../sessions/session.js';
import { createEpisodes, type Episodes } from './episodes.js';
import { JUDGING } from './judging.js';
import type { StallStore } from './store.js';
import { createWatch, type Watch, type WatchDeps } from './watch.js';

export interface Stalls
  extends Pick<Episodes, 'list' | 'onEpisode'>,
    Pick<Watch, 'onReminder' | 'heard' | 'typedInto'> {
  /** Ends what is left of sessions that are no more. */
  start(): void;
  /** A session is no more. */
  ended(sessionId: string): void;
  /** Another threshold counts from now on, for whichever session. */
  rejudge(): void;
  close(): void;
}

export interface StallsDeps extends WatchDeps {
  readonly agents: Pick<Agents, 'onLook' | 'setHealth'>;
  readonly store: StallStore;
  readonly journal: Pick<Journal, 'act' | 'tell' | 'afterwards'>;
}

export function createStalls(deps: StallsDeps): Stalls {
  const { agents, sessions, journal } = deps;
  const episodes = createEpisodes(deps);
  const watch = createWatch(deps, episodes);
  const leave = agents.onLook(watch.saw);
  const end = (id: string) => {
    const open = episodes.find(id);
    if (open) void deps.steady(JUDGING, () => journal.act(() => episodes.end(open, 'ended')));
  };

  return {
    start() {
      for (const { stall } of [...episodes.all()]) {
        const session = sessions.find(stall.sessionId);
        if (!session || !isLive(session)) end(stall.sessionId);
      }
    },
    heard: watch.heard,
    typedInto: watch.typedInto,
    ended(id) {
      watch.forget(id);
      end(id);
    },
    rejudge: watch.rejudge,
    list: episodes.list,
    onEpisode: episodes.onEpisode,
    onReminder: watch.onReminder,
    close() {
      leave();
      watch.close();
    },
  };
}
