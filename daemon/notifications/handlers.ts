/** The notification methods: list, send, read, test. */
import { randomUUID } from 'node:crypto';
import { type notificationMethods, type Result, RpcError, type Session } from '#protocol';
import type { Handlers } from '../rpc/handlers.js';
import type { Identity, Reach } from '../rpc/identity.js';
import { atLeast, type Said } from './notice.js';
import type { NoticeSettings, Notices } from './notices.js';
import type { NoticeStore } from './store.js';
import type { Webhook } from './webhook.js';

export interface NotificationDeps {
  readonly store: NoticeStore;
  readonly notices: Notices;
  readonly webhook: Pick<Webhook, 'test'>;
  readonly settings: () => NoticeSettings;
  readonly sessions: {
    /** Throws NotFound, also for one of another user. */
    get(user: string, id: string): Session;
  };
}

type Counts = Result<'notification/read'>['counts'];

export function notificationHandlers(deps: NotificationDeps): Handlers<typeof notificationMethods> {
  const { store, notices, sessions } = deps;
  return {
    'notification/list'({ unread, severity = 'info', sessionId, limit }, { user, identity: { reach } }) {
      if (sessionId !== undefined) sessions.get(user, sessionId);
      const wanted = { unread, severities: atLeast(severity), sessionId, limit: reach ? ALL : limit };
      const found = store.list(user, wanted).map(({ notice }) => notice);
      const seen = reach ? found.filter((notice) => isSeen(notice, reach)).slice(0, limit) : found;
      return { notifications: seen, counts: countsOf(store, user, reach) };
    },

    'notification/send'({ title, body, severity, sessionId, episode = randomUUID() }, { user, identity }) {
      const id = aboutOf(sessionId, identity);
      const session = id === undefined ? undefined : sessions.get(user, id);
      const about = { sessionId: session?.id ?? null, sessionName: session?.name ?? null };
      // Who says it is a part of what it is called: nobody counts up what another one said.
      const said = { userId: user, episode: `custom ${id ?? ''} ${episode}`, kind: 'custom' as const, ...about };
      return notices.say({ ...said, severity, title, body });
    },

    'notification/read'({ ids }, { user }) {
      const count = notices.read(user, ids);
      return { count, counts: countsOf(store, user) };
    },

    async 'notification/test'(_params, { user, signal }) {
      const { terminal } = deps.settings();
      const shown = terminal ? '`rdv attach` and `rdv watch` show it now.' : 'Off: `notifications.terminal` is false.';
      const posted = await deps.webhook.test(notices.test(testOf(user)), signal);
      return {
        sinks: [
          { sink: 'rpc', success: true, message: 'Told to all who subscribed to `notification/created`.' },
          { sink: 'terminal', success: terminal, message: shown },
          { sink: 'webhook', ...posted },
        ],
      };
    },
  };
}

function testOf(userId: string): Said {
  const what = { kind: 'custom' as const, severity: 'info' as const, title: 'This is a test', body: TESTED };
  return { userId, episode: `test ${randomUUID()}`, ...what, sessionId: null, sessionName: null, read: true };
}

const TESTED = 'You have asked for it by `rdv notification test`.';

/** So many are kept of a user. */
const ALL = 10_000;

/** What is about no session concerns the user, and is not for this token. */
const isSeen = ({ sessionId }: { sessionId: string | null }, reach: Reach | undefined) =>
  !reach || (sessionId !== null && reach.session(sessionId));

function countsOf(store: NoticeStore, user: string, reach?: Reach): Counts {
  const bySeverity = { info: 0, warning: 0, error: 0, critical: 0 };
  let unread = 0;
  for (const { count, severity, sessionId } of store.counts(user)) {
    if (!isSeen({ sessionId }, reach)) continue;
    bySeverity[severity] += count;
    unread += count;
  }
  return { unread, bySeverity };
}

/** A session's own token tells of that session. Throws Forbidden. */
function aboutOf(named: string | undefined, { sessionId: own }: Identity): string | undefined {
  if (own === undefined || named === undefined || named === own) return named ?? own;
  const said = `This is the token of session ${own}: \`sessionId\` can name no other. Leave it out.`;
  throw new RpcError('Forbidden', said, { code: 'OTHER_SESSION' });
}
