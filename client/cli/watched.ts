/** What `rdv watch` knows: sessions, agents, folders, what was noticed; and how lists and events change that. */
import type { Agent, Event, EventName, Folder, Insight, Notice, Receipt, Session, Stall, Told } from '#protocol';

export interface Watched {
  /** Those that are open. */
  readonly sessions: Table<Session>;
  /** By session. */
  readonly agents: Table<Agent>;
  readonly folders: Table<Folder>;
  /** Those not read. */
  readonly notices: Table<Notice>;
  /** Those not resolved. */
  readonly insights: Table<Insight>;
  /** Episodes that go on, by session. */
  readonly stalls: Table<Stall>;
  /** The latest ones. */
  readonly receipts: Table<Receipt>;
}

type Table<T> = ReadonlyMap<string, T>;

/** Read at the start, and again when events were missed. */
export interface Lists {
  readonly sessions: readonly Session[];
  readonly agents: readonly Agent[];
  readonly folders: readonly Folder[];
  readonly notices: readonly Notice[];
  readonly insights: readonly Insight[];
  readonly stalls: readonly Stall[];
}

/** Receipts are shown as they come; who looks back asks for the list. */
const RECEIPTS = 50;

export const nothingWatched: Watched = fromLists({
  ...{ sessions: [], agents: [], folders: [] },
  ...{ notices: [], insights: [], stalls: [] },
});

export function fromLists(lists: Lists): Watched {
  const isOpen = ({ status }: Session) => status === 'active' || status === 'suspended';
  return {
    sessions: tableOf(lists.sessions.filter(isOpen), ({ id }) => id),
    agents: tableOf(lists.agents, ({ sessionId }) => sessionId),
    folders: tableOf(lists.folders, ({ id }) => id),
    notices: tableOf(
      lists.notices.filter(({ readAt }) => readAt === null),
      ({ id }) => id,
    ),
    insights: tableOf(
      lists.insights.filter(({ resolved }) => !resolved),
      ({ id }) => id,
    ),
    stalls: tableOf(lists.stalls, ({ sessionId }) => sessionId),
    receipts: new Map(),
  };
}

function tableOf<T>(rows: readonly T[], key: (row: T) => string): Table<T> {
  return new Map(rows.map((row) => [key(row), row]));
}

/** Events that change what is known. */
export const watchedEvents = [
  'session/created',
  'session/changed',
  'session/exited',
  'agent/changed',
  'session/stalled',
  'session/recovered',
  'folder/created',
  'folder/changed',
  'folder/deleted',
  'notification/created',
  'notification/changed',
  'insight/created',
  'insight/changed',
  'insight/deleted',
  'injection/changed',
] as const satisfies readonly EventName[];

type Name = (typeof watchedEvents)[number];
type Draft = { [K in keyof Watched]: Watched[K] extends Table<infer T> ? Map<string, T> : never };

/** After these events, in order. Each table is copied once however many there are. */
export function afterEvents(watched: Watched, events: readonly Event[]): Watched {
  if (events.length === 0) return watched;
  const draft = Object.fromEntries(
    Object.entries(watched).map(([name, table]) => [name, new Map(table)]),
  ) as unknown as Draft;
  for (const { name, params } of events) changes[name as Name]?.(draft, params as never);
  return draft;
}

const changes: { readonly [N in Name]: (draft: Draft, told: Told<N>) => void } = {
  'session/created': putSession,
  'session/changed': putSession,
  'session/exited': putSession,
  'agent/changed': ({ sessions, agents }, { agent }) => {
    // Of a session that is closed already, its agent has the last word.
    const session = sessions.get(agent.sessionId);
    if (!session) return;
    agents.set(session.id, agent);
    sessions.set(session.id, { ...session, agentState: agent.state, health: agent.health });
  },
  'session/stalled': ({ stalls }, { stall }) => void stalls.set(stall.sessionId, stall),
  'session/recovered': ({ stalls }, { sessionId }) => void stalls.delete(sessionId),
  'folder/created': ({ folders }, { folder }) => void folders.set(folder.id, folder),
  'folder/changed': ({ folders }, { folder }) => void folders.set(folder.id, folder),
  'folder/deleted': ({ folders }, told) => void folders.delete(told.folder.id),
  'notification/created': putNotice,
  'notification/changed': putNotice,
  'insight/created': putInsight,
  'insight/changed': putInsight,
  'insight/deleted': ({ insights }, { insight }) => void insights.delete(insight.id),
  'injection/changed': ({ receipts }, { receipt }) => {
    receipts.delete(receipt.id);
    receipts.set(receipt.id, receipt);
    for (const id of receipts.keys()) {
      if (receipts.size <= RECEIPTS) break;
      receipts.delete(id);
    }
  },
};

function putSession({ sessions, agents, stalls }: Draft, { session }: { readonly session: Session }): void {
  if (session.status === 'active' || session.status === 'suspended') return void sessions.set(session.id, session);
  sessions.delete(session.id);
  agents.delete(session.id);
  stalls.delete(session.id);
}

function putNotice({ notices }: Draft, { notification }: { readonly notification: Notice }): void {
  if (notification.readAt === null) notices.set(notification.id, notification);
  else notices.delete(notification.id);
}

function putInsight({ insights }: Draft, { insight }: { readonly insight: Insight }): void {
  if (insight.resolved) insights.delete(insight.id);
  else insights.set(insight.id, insight);
}
