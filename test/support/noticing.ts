/** The notification slice over real SQLite, with sessions and a clock that tests move on. */
import type { TestContext } from 'node:test';
import {
  type Agent,
  type MethodName,
  methods,
  type Params,
  type Result,
  type Session,
  type Stall,
  type Told,
} from '#protocol';
import { openDatabase } from '../../daemon/db/open.js';
import { createJournal } from '../../daemon/events/journal.js';
import { notificationHandlers } from '../../daemon/notifications/handlers.js';
import { createHearing } from '../../daemon/notifications/hearing.js';
import { createNotices, type NoticeSettings } from '../../daemon/notifications/notices.js';
import { createNoticeStore } from '../../daemon/notifications/store.js';
import { createHub } from '../../daemon/rpc/hub.js';
import type { Identity } from '../../daemon/rpc/identity.js';
import type { AnyHandler } from '../../daemon/rpc/serve.js';
import { createSessionStore } from '../../daemon/sessions/store.js';
import { identityOf } from './identity.js';
import { createFakePeer } from './memory.js';
import { sample } from './sample.js';

type NoticeMethod = Extract<MethodName, `notification/${string}`>;

export function openNoticing(t: TestContext, { most = 10_000 } = {}) {
  const db = openDatabase(':memory:');
  const clock = { now: 1_000_000 };
  const now = () => clock.now;
  const sessions = createSessionStore(db);
  const store = createNoticeStore(db, most);
  const journal = createJournal(db, createHub(), now);
  const settings = { minimumSeverity: 'info', terminal: true, webhook: true } as {
    -readonly [K in keyof NoticeSettings]: NoticeSettings[K];
  };
  const posted: string[] = [];
  const notices = createNotices({ store, journal, settings: () => settings, post: (id) => void posted.push(id), now });
  const steady = async (_what: string, round: () => unknown) => {
    await round();
    return true;
  };
  const hearing = createHearing({ notices, store, sessions, steady });
  const webhook = { test: async () => ({ success: true, message: 'Answered with 200.' }) };
  const handlers = notificationHandlers({ store, notices, webhook, settings: () => settings, sessions });
  t.after(() => {
    hearing.close();
    db.close();
  });
  return {
    ...{ db, clock, sessions, store, notices, hearing, settings, posted },
    session(changes: Partial<Session> = {}): Session {
      const session = sample({ name: 'api', agentProvider: 'claude', ...changes });
      sessions.intend(session);
      sessions.save(session);
      return session;
    },
    async call<M extends NoticeMethod>(
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
    /** What was told since the last question: created or changed, kind, count, whether it is read, and the sinks. */
    told: (() => {
      let since = 0;
      return () => {
        const events = journal.list('ann', since, 1000, ['notification/created', 'notification/changed']);
        since = journal.newest;
        return events.map(({ name, params }) => {
          const { notification, sinks } = params as unknown as Told<'notification/created'>;
          const { kind, severity, count, readAt } = notification;
          const how = `${name.slice('notification/'.length)} ${kind} ${severity} x${count}`;
          return `${how}${readAt === null ? '' : ' read'}${sinks.length > 0 ? ` to ${sinks.join(' ')}` : ''}`;
        });
      };
    })(),
  };
}

type Heard = Omit<Told<'agent/changed'>, 'seq' | 'at'>;

/** An agent that went from one state into another. */
export function agentIn(
  session: Session,
  before: Agent['state'],
  state: Agent['state'],
  more: Partial<Agent> = {},
): Heard {
  const { id: sessionId, name, folderId } = session;
  const blocked = { kind: 'permission', since: 1, text: 'Run npm test?', options: [], interactionId: 'i1' } as const;
  const agent: Agent = {
    ...{ sessionId, name, folderId, program: 'claude', state, since: 1, health: 'ok', cause: null },
    ...{ blocked: state === 'blocked' ? { ...blocked, options: [] } : null, limitedUntilAt: null, exitCode: null },
    ...{ spawnId: 's1', evidence: [], ...more },
  };
  return { sessionId, before, healthBefore: 'ok', agent };
}

export function stallOf({ id, name, tmuxSessionName, folderId }: Session, more: Partial<Stall> = {}): Stall {
  return {
    ...{ id: '6f1c2a34-0000-4000-8000-000000000001', sessionId: id, sessionName: name, tmuxSessionName, folderId },
    ...{ state: 'working', health: 'stalled', cause: 'no_progress', lastActivityAt: 1, stalledMinutes: 6 },
    ...{ severity: 'info', confidence: 0.9, startedAt: 2, ...more },
  };
}
