/** What agents say to each other and what people are told: both slices, with what they need of the others. */
import type { Configuration } from './config/configuration.js';
import type { Db } from './db/open.js';
import type { Journal } from './events/journal.js';
import type { Board } from './health/board.js';
import type { Log } from './log/index.js';
import type { Typist } from './messages/attempt.js';
import { messageHandlers } from './messages/handlers.js';
import { createMessages } from './messages/messages.js';
import { createMessageStore } from './messages/store.js';
import { notificationHandlers } from './notifications/handlers.js';
import { createHearing } from './notifications/hearing.js';
import { createNotices, type NoticeSettings } from './notifications/notices.js';
import { createNoticeStore } from './notifications/store.js';
import { createWebhook } from './notifications/webhook.js';
import type { Heard } from './overhear.js';
import type { SessionStore } from './sessions/store.js';
import type { Stalls } from './stalls/stalls.js';
import type { Steady } from './steady.js';
import { makePrivate, readToken, writeToken } from './tokens/files.js';
import { mintPlain } from './tokens/mint.js';

interface Ground {
  readonly configuration: Configuration;
}

interface Deps {
  readonly db: Db;
  readonly journal: Journal;
  readonly hearing: Set<(heard: Heard) => void>;
  readonly store: SessionStore;
  readonly steady: Steady;
  readonly board: Board;
  readonly log: Log;
  readonly now: () => number;
  readonly typist: Typist;
  readonly stalls: Pick<Stalls, 'onEpisode' | 'onReminder'>;
}

const DAY_MS = 86_400_000;
/** Notifications kept of a user; those told longest ago go first. */
const NOTICES = 10_000;

export function createAttention({ configuration }: Ground, deps: Deps) {
  const { db, store: sessions } = deps;
  const { values } = configuration;
  const store = createMessageStore(db);
  const messages = createMessages({ ...deps, sessions, store });
  const notices = createNotification(values, deps);
  const hear = { messages, hearing: notices.hearing };
  deps.hearing.add((heard) => listen(heard, hear));
  listenToStalls(deps.stalls, notices.hearing);
  const before = (now: number) => now - values.cleanup.insight_retention_days * DAY_MS;
  return {
    handlers: { ...messageHandlers({ ...deps, sessions, store, messages }), ...notices.handlers },
    jobs: {
      messages: {
        name: 'messages',
        run: async (now: number) => ({ deleted: store.removeBefore(before(now)), failed: [] }),
      },
      notifications: {
        name: 'notifications',
        run: async (now: number) => ({ deleted: notices.store.removeBefore(before(now)), failed: [] }),
      },
    },
    start() {
      messages.start();
      notices.webhook.start();
    },
    close() {
      messages.close();
      notices.hearing.close();
      notices.webhook.close();
    },
  };
}

function createNotification(values: Configuration['values'], deps: Deps) {
  const { db, store: sessions } = deps;
  const store = createNoticeStore(db, NOTICES);
  const settings = (): NoticeSettings => {
    const { minimum_severity: minimumSeverity, terminal, webhook_url } = values.notifications;
    return { minimumSeverity, terminal, webhook: webhook_url !== '' };
  };
  const webhook = createWebhook({
    ...{ ...deps, store },
    url: () => values.notifications.webhook_url,
    secret: () => keyIn(values.notifications.webhook_secret_file),
  });
  const notices = createNotices({ ...deps, store, settings, post: webhook.post });
  const handlers = notificationHandlers({ store, notices, webhook, settings, sessions });
  return { store, webhook, handlers, hearing: createHearing({ ...deps, notices, store, sessions }) };
}

/** Made when it is first needed; whoever can read it can tell our lies. */
function keyIn(path: string): string {
  const known = readToken(path);
  if (known !== '') {
    makePrivate(path);
    return known;
  }
  const made = mintPlain();
  writeToken(path, made);
  return made;
}

/** They know more than events tell. */
function listenToStalls({ onEpisode, onReminder }: Deps['stalls'], hearing: Listening['hearing']): void {
  onEpisode(({ kind, stall }) => {
    if (kind === 'worse') hearing.stalled(stall);
  });
  onReminder(({ session, waitedMs }) => hearing.reminded(session, waitedMs));
}

interface Listening {
  readonly messages: ReturnType<typeof createMessages>;
  readonly hearing: ReturnType<typeof createHearing>;
}

function listen(heard: Heard, { messages, hearing }: Listening): void {
  const { name, what } = heard;
  if (name === 'agent/changed') {
    messages.agentChanged(what.sessionId);
    hearing.agentChanged(what);
  }
  if (name === 'session/changed') {
    messages.changed(what.session);
    hearing.sessionChanged(what.session);
  }
  if (name === 'injection/changed') messages.injected(what.receipt);
  if (name === 'message/changed') hearing.messageChanged(what);
  if (name === 'session/stalled') hearing.stalled(what.stall);
  if (name === 'session/recovered') hearing.recovered(what);
  if (name === 'session/exited') hearing.exited(what.session);
}
