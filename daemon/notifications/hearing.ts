/** Hears what happens in the daemon, and says what of it a person should know. */
import type { Session, Stall, Told } from '#protocol';
import { isLive } from '../sessions/session.js';
import { agentChanged, allOf, exited, type Meaning, messageChanged, recovered, reminder, stalled } from './meaning.js';
import type { Notices } from './notices.js';
import type { NoticeStore } from './store.js';

/** What is heard of, each without what the journal adds. */
type Happened<N extends 'agent/changed' | 'session/recovered' | 'message/changed'> = Omit<Told<N>, 'seq' | 'at'>;

export interface Hearing {
  agentChanged(what: Happened<'agent/changed'>): void;
  /** It begins, or has become worse. */
  stalled(stall: Stall): void;
  recovered(what: Happened<'session/recovered'>): void;
  /** Somebody has been waited for so long. */
  reminded(session: Session, waitedMs: number): void;
  exited(session: Session): void;
  sessionChanged(session: Session): void;
  messageChanged(what: Happened<'message/changed'>): void;
  close(): void;
}

export interface HearingDeps {
  readonly notices: Pick<Notices, 'say' | 'over'>;
  readonly store: Pick<NoticeStore, 'last' | 'open'>;
  readonly sessions: { find(id: string): Session | undefined };
  /** Runs a round that may fail with the disk. */
  readonly steady: (what: string, round: () => unknown) => Promise<boolean>;
}

/** Who runs a command to its end closes the session at once, and knows how it ended. */
const GRACE_MS = 1000;

export function createHearing({ notices, store, sessions, steady }: HearingDeps): Hearing {
  const waiting = new Map<string, NodeJS.Timeout>();

  const mean = (sessionId: string, { say, over = [] }: Meaning) => {
    const ended = notices.over(sessionId, over, say?.episode);
    // Nobody was told of a stall that is over.
    if (say && (say.kind !== 'recovered' || ended > 0)) notices.say(say);
  };
  /** Nothing is said of a session that is not there, or that watches others. */
  const about = (sessionId: string, round: (session: Session) => void) => {
    const session = sessions.find(sessionId);
    if (session) void steady('a notification', () => round(session));
  };

  return {
    agentChanged: ({ sessionId, before, agent }) =>
      about(sessionId, (session) => {
        const meaning = agentChanged(agent, session);
        const known = meaning.say && store.last(session.userId, meaning.say.episode);
        // Something else about it has changed, such as its health.
        if (known && known.endedAt === null && before === agent.state) return;
        mean(sessionId, meaning);
      }),
    stalled: (stall) => about(stall.sessionId, (session) => void notices.say(stalled(stall, session))),
    recovered: (what) => about(what.sessionId, (session) => mean(session.id, recovered(what, session))),
    reminded: ({ id }, waitedMs) =>
      about(id, (session) => {
        const open = store.open(id).find(({ notice }) => notice.kind === 'blocked');
        notices.say(reminder(session, waitedMs, open && { episode: open.episode, ...open.notice }));
      }),
    exited({ id }) {
      clearTimeout(waiting.get(id));
      const late = setTimeout(() => {
        waiting.delete(id);
        about(id, (session) => {
          const say = isLive(session) ? exited(session) : undefined;
          if (say) notices.say(say);
        });
      }, GRACE_MS);
      waiting.set(id, late.unref());
    },
    sessionChanged(session) {
      if (isLive(session)) return;
      clearTimeout(waiting.get(session.id));
      waiting.delete(session.id);
      about(session.id, () => void notices.over(session.id, allOf(session)));
    },
    messageChanged: ({ sessionId, message }) =>
      about(sessionId, (session) => mean(sessionId, messageChanged(message, session))),
    close() {
      for (const late of waiting.values()) clearTimeout(late);
      waiting.clear();
    },
  };
}
