/** The rows of `rdv watch`: one a session, those that need somebody first. */
import type { Agent, AgentState, Blocked, Insight, Notice, Session, SessionHealth, StallCause } from '#protocol';
import { namesFromRoot } from '../meant.js';
import type { Watched } from './watched.js';

export interface Row {
  readonly session: Session;
  readonly agent: Agent | undefined;
  readonly state: AgentState;
  readonly health: SessionHealth;
  readonly cause: StallCause | null;
  /** Its question; only while blocked. */
  readonly blocked: Blocked | undefined;
  /** Unix ms: in its state since then; without progress since then, where it is stalled. */
  readonly since: number;
  /** What runs in it, as one word. */
  readonly program: string;
  /** Names from the root; empty for none. */
  readonly folder: string;
  readonly notices: readonly Notice[];
  readonly insights: readonly Insight[];
  readonly needs: boolean;
}

export interface Wanted {
  /** Words that must all be found in the name, folder, branch, program or state. */
  readonly filter: string;
  /** Only those that need somebody. */
  readonly attention: boolean;
}

/** Blocked ones first, the longest before; then those that are stuck in another way; then the rest in tab order. */
export function rowsOf(watched: Watched, { filter, attention }: Wanted): Row[] {
  const folderNames = namesFromRoot([...watched.folders.values()]);
  const news = { notices: bySession(watched.notices), insights: bySession(watched.insights) };
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return [...watched.sessions.values()]
    .map((session) => rowOf(session, watched, news, folderNames))
    .filter((row) => (!attention || row.needs) && fits(row, words))
    .sort(compare);
}

type News = {
  readonly notices: ReadonlyMap<string, readonly Notice[]>;
  readonly insights: ReadonlyMap<string, readonly Insight[]>;
};

function rowOf(session: Session, watched: Watched, news: News, folderNames: (id: string) => string): Row {
  const agent = watched.agents.get(session.id);
  const state = session.exit ? 'exited' : (agent?.state ?? session.agentState);
  const health = agent?.health ?? session.health;
  const blocked = state === 'blocked' ? (agent?.blocked ?? undefined) : undefined;
  const stall = isStuck(health) ? watched.stalls.get(session.id) : undefined;
  const stateSince = session.exit?.at ?? blocked?.since ?? agent?.since ?? session.lastActivityAt;
  return {
    ...{ session, agent, state, health, blocked },
    cause: agent?.cause ?? null,
    since: stall?.lastActivityAt ?? stateSince,
    program: programOf(session, agent),
    folder: session.folderId === null ? '' : folderNames(session.folderId),
    notices: news.notices.get(session.id) ?? [],
    insights: news.insights.get(session.id) ?? [],
    needs: rankOf(state, health) < CALM,
  };
}

const stuck: readonly SessionHealth[] = ['stalled', 'hung', 'flapping', 'crash_loop'];

export function isStuck(health: SessionHealth): boolean {
  return stuck.includes(health);
}

const CALM = 2;

/** The least first. */
function rankOf(state: AgentState, health: SessionHealth): number {
  if (state === 'blocked') return 0;
  return isStuck(health) || state === 'auth_failed' || state === 'limited' ? 1 : CALM;
}

function compare(a: Row, b: Row): number {
  const rank = rankOf(a.state, a.health);
  return (
    rank - rankOf(b.state, b.health) ||
    (rank < CALM ? a.since - b.since : 0) ||
    a.session.tabOrder - b.session.tabOrder ||
    a.session.createdAt - b.session.createdAt ||
    (a.session.id < b.session.id ? -1 : 1)
  );
}

/** The agent that is seen; else the one it is for; else its command's first word. */
function programOf({ command, agentProvider }: Session, agent: Agent | undefined): string {
  if (agent && agent.program !== 'shell') return agent.program;
  if (agentProvider && agentProvider !== 'none') return agentProvider;
  return command?.[0]?.split('/').at(-1) || 'shell';
}

function fits({ session, folder, program, state, health }: Row, words: readonly string[]): boolean {
  const text = [session.name, folder, session.worktreeBranch ?? '', program, state, health].join('\n').toLowerCase();
  return words.every((word) => text.includes(word));
}

function bySession<T extends { readonly sessionId: string | null }>(rows: ReadonlyMap<string, T>): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const row of rows.values()) {
    if (row.sessionId === null) continue;
    const known = found.get(row.sessionId);
    if (known) known.push(row);
    else found.set(row.sessionId, [row]);
  }
  return found;
}
