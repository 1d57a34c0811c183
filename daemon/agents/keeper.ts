/** Writes down what agents do and how they get on, and tells it: the row, the history and the event in one commit. */
import type { AgentState, Session, SessionHealth, StallCause } from '#protocol';
import type { Db } from '../db/open.js';
import type { Journal } from '../events/journal.js';
import type { SessionStore } from '../sessions/store.js';
import type { Change, Look } from './agents.js';
import { createHistory } from './history.js';
import type { Verdict } from './verdict.js';
import { agentOf } from './wire.js';

export interface KeeperDeps {
  readonly db: Db;
  readonly store: Pick<SessionStore, 'find' | 'setAgent'>;
  readonly journal: Pick<Journal, 'act' | 'tell' | 'afterwards'>;
  readonly now: () => number;
  /** Resolves with whether it went well. */
  readonly steady: (what: string, round: () => unknown) => Promise<boolean>;
}

export type Keeper = ReturnType<typeof createKeeper>;

export function createKeeper({ db, store, journal, now, steady }: KeeperDeps) {
  const history = createHistory(db);
  const causes = new Map<string, StallCause>();
  const listeners = new Set<(change: Change) => void>();
  const cause = (id: string) => causes.get(id) ?? null;

  /** What the session is like from now on, in one act with what is told of it. */
  const write = (session: Session, agent: Pick<Session, 'agentState' | 'health'>, look: Look | undefined) => {
    const { id, agentState: before, health: healthBefore } = session;
    const changed = { ...session, ...agent };
    const said = agentOf(changed, look, cause(id));
    store.setAgent(id, agent);
    // A state is as old as the verdict of it says; how it gets on is told later.
    const at = look && before !== agent.agentState ? look.verdict.since : now();
    history.add({
      ...{ at, sessionId: id, before, state: agent.agentState, healthBefore, health: agent.health },
      ...{ cause: cause(id), evidence: said.evidence.slice(0, EVIDENCE) },
    });
    journal.tell(session.userId, 'agent/changed', { sessionId: id, before, healthBefore, agent: said });
  };

  return {
    cause,
    history: history.list,
    removeBefore: history.removeBefore,
    onChange(listener: (change: Change) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** When the state it was last written down in began; undefined when that was another one. */
    since(id: string, state: AgentState): number | undefined {
      const past = history.list(id, LOOKED_BACK);
      if (past[0]?.state !== state) return undefined;
      return past.find(({ before }) => before !== state)?.at;
    },
    /** Resolves with whether it is written; what is not is to be tried again with the next look. */
    keep(before: Verdict | undefined, look: Look): Promise<boolean> {
      return steady('what agents do', () => {
        const session = store.find(look.sessionId);
        if (!session) return;
        journal.act(() => {
          write(session, { agentState: look.verdict.state, health: session.health }, look);
          journal.afterwards(() => {
            for (const listener of [...listeners]) listener({ before, look });
          });
        });
      });
    },
    setHealth(id: string, health: SessionHealth, why: StallCause | null, look: Look | undefined): void {
      const session = store.find(id);
      if (!session || (session.health === health && cause(id) === why)) return;
      setCause(causes, id, why);
      journal.act(() => write(session, { agentState: session.agentState, health }, look));
    },
    /** The session is closed, and its program with it. */
    gone(session: Session, last: Look | undefined): void {
      causes.delete(session.id);
      if (session.agentState === 'exited') return;
      const code = session.exit?.code ?? null;
      const verdict: Verdict = { state: 'exited', code, since: now(), evidence: [], deadlineAt: null };
      const look = last && { ...last, verdict, dialog: undefined };
      void steady('what agents do', () =>
        journal.act(() => write(session, { agentState: 'exited', health: session.health }, look)),
      );
    },
  };
}

/** Transitions searched for the one that began a state. */
const LOOKED_BACK = 50;
/** Pieces of evidence kept with each transition. */
const EVIDENCE = 5;

function setCause(causes: Map<string, StallCause>, id: string, cause: StallCause | null): void {
  if (cause === null) causes.delete(id);
  else causes.set(id, cause);
}
