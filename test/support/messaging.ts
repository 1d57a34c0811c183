/** The message slice over real SQLite, with sessions, a clock and one who types that tests move on. */
import type { TestContext } from 'node:test';
import { type MethodName, methods, type Params, type Result, type Session } from '#protocol';
import { openDatabase } from '../../daemon/db/open.js';
import { createJournal } from '../../daemon/events/journal.js';
import { messageHandlers } from '../../daemon/messages/handlers.js';
import { createMessages } from '../../daemon/messages/messages.js';
import { createMessageStore } from '../../daemon/messages/store.js';
import { createHub } from '../../daemon/rpc/hub.js';
import type { Identity } from '../../daemon/rpc/identity.js';
import type { AnyHandler } from '../../daemon/rpc/serve.js';
import { createSessionStore } from '../../daemon/sessions/store.js';
import { identityOf } from './identity.js';
import { createFakePeer } from './memory.js';
import { sample } from './sample.js';
import { createFakeTypist } from './typist.js';

type MessageMethod = Extract<MethodName, `message/${string}`>;

export interface MessagingOptions {
  /** A database to keep, for what comes after a restart; and what was typed before that. */
  readonly path?: string;
  readonly written?: ReturnType<typeof createFakeTypist>['written'];
  readonly bounds?: { readonly waiting: number; readonly kept: number };
  readonly clock?: { now: number };
}

/** Nothing is begun before `start`, as in a daemon. */
export function openMessaging(t: TestContext, options: MessagingOptions = {}) {
  const { path = ':memory:', clock = { now: 1_000_000 }, bounds } = options;
  const db = openDatabase(path);
  const now = () => clock.now;
  const sessions = createSessionStore(db);
  const store = createMessageStore(db);
  const journal = createJournal(db, createHub(), now);
  const typist = createFakeTypist(now, options.written);
  const steady = async (_what: string, round: () => unknown) => {
    await round();
    return true;
  };
  const messages = createMessages({ store, journal, sessions, typist: typist.typist, now, steady });
  typist.hear(messages.injected);
  const handlers = messageHandlers({ store, messages, sessions, journal, now, ...(bounds && { bounds }) });
  const close = () => {
    messages.close();
    if (db.open) db.close();
  };
  t.after(close);
  return {
    ...{ db, clock, sessions, store, messages, typist, close },
    session(changes: Partial<Session> = {}): Session {
      const session = sample({ agentProvider: 'claude', ...changes });
      sessions.intend(session);
      sessions.save(session);
      return session;
    },
    async call<M extends MessageMethod>(
      name: M,
      params: Params<M>,
      identity: Identity = identityOf('ann'),
    ): Promise<Result<M>> {
      const { user } = identity;
      const caller = { user, identity, peer: createFakePeer(user).peer, signal: new AbortController().signal };
      const parsed = methods[name].params.parse(params);
      const result = await (handlers[name] as AnyHandler)(parsed, { ...caller, progress() {} });
      return methods[name].result.parse(result) as Result<M>;
    },
    /** Every state that was told of, in order. */
    told: () => journal.list('ann', 0, 10_000, ['message/changed']).map(({ params }) => (params.message as any).state),
    /** Lets all that is ready have its turn. */
    settle: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

/** The session's own token, as it comes in. */
export const ownOf = (session: Session): Identity =>
  identityOf(session.userId, ['read', 'write', 'terminal:write'], { kind: 'ses', sessionId: session.id });
