/** Notifications as they come and go: written down and told in one, each once an episode. */
import { randomUUID } from 'node:crypto';
import { type Notice, RpcError, type Severity } from '#protocol';
import type { Journal } from '../events/journal.js';
import { atLeast, type Kept, read, resolved, type Said, told } from './notice.js';
import type { NoticeStore } from './store.js';

export interface NoticesDeps {
  readonly store: NoticeStore;
  readonly journal: Pick<Journal, 'act' | 'tell' | 'afterwards'>;
  readonly settings: () => NoticeSettings;
  /** Called once it is written down that the webhook is to be told. */
  readonly post: (id: string) => void;
  readonly now: () => number;
}

/** As they are now. */
export interface NoticeSettings {
  readonly minimumSeverity: Severity;
  readonly terminal: boolean;
  readonly webhook: boolean;
}

export type Sink = 'terminal' | 'webhook';

export interface Notices {
  say(said: Said): Notice;
  /** Told to terminals however little it matters, and not to the webhook. */
  test(said: Said): Kept;
  /** These episodes of a session, by the beginnings of their names, are over. How many were open. */
  over(sessionId: string, beginnings: readonly string[], except?: string): number;
  /** Those named, or all of the user. How many were not read before. Throws NotFound for one that is not the user's. */
  read(user: string, ids: readonly string[] | undefined): number;
}

export function createNotices({ store, journal, settings, post, now }: NoticesDeps): Notices {
  const sinksFor = ({ notice }: Kept): Sink[] => {
    const { minimumSeverity, terminal, webhook } = settings();
    if (!atLeast(minimumSeverity).includes(notice.severity)) return [];
    return [...(terminal ? (['terminal'] as const) : []), ...(webhook ? (['webhook'] as const) : [])];
  };
  const tell = (name: 'created' | 'changed', { userId, notice }: Kept, sinks: Sink[] = []) =>
    journal.tell(userId, `notification/${name}`, { sessionId: notice.sessionId, notification: notice, sinks });

  const change = (kept: Kept) => {
    store.save(kept);
    tell('changed', kept);
  };

  return {
    say: (said) =>
      journal.act(() => {
        const last = store.last(said.userId, said.episode);
        const { kept, isNew, news } = told(last, said, { id: randomUUID(), now: now() });
        const sinks = news ? sinksFor(kept) : [];
        const posting = sinks.includes('webhook');
        if (isNew) store.add(kept, posting);
        else store.save(kept, posting || undefined);
        tell(isNew ? 'created' : 'changed', kept, sinks);
        if (posting) journal.afterwards(() => post(kept.notice.id));
        return kept.notice;
      }),

    test: (said) =>
      journal.act(() => {
        const { kept } = told(undefined, said, { id: randomUUID(), now: now() });
        store.add(kept, false);
        tell('created', kept, settings().terminal ? ['terminal'] : []);
        return kept;
      }),

    over: (sessionId, beginnings, except) =>
      journal.act(() => {
        const ended = store
          .open(sessionId)
          .filter(({ episode }) => episode !== except && beginnings.some((each) => episode.startsWith(each)));
        for (const kept of ended) change(resolved(kept, now()));
        return ended.length;
      }),

    read: (user, ids) =>
      journal.act(() => {
        const unknown = ids?.find((id) => store.find(id)?.userId !== user);
        if (unknown !== undefined) throw notFound(unknown);
        const unread = store.unread(user, ids);
        for (const kept of unread) change(read(kept, now()));
        return unread.length;
      }),
  };
}

function notFound(id: string): RpcError {
  const said = `No notification ${id}. List them with notification/list.`;
  return new RpcError('NotFound', said, { code: 'NOTIFICATION_NOT_FOUND' });
}
