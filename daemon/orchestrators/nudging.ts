/** Nudges the agents of sessions that are stuck, where an orchestrator may: on record before a key is pressed, and its outcome after. */

import type { Receipt, Session, Stall } from '#protocol';
import { spelled } from '#protocol/spans';
import type { LogStore, WriteLog } from './log.js';
import type { Kept } from './orchestrator.js';
import { NUDGES_MS, type Nudge, remedyFor } from './remedy.js';
import type { Roster } from './roster.js';

/** What is typed for an orchestrator. */
export interface NudgeWanted {
  readonly orchestratorId: string;
  readonly session: Session;
  readonly text: string;
  readonly why: string;
  /** The same one is never typed twice. */
  readonly key: string;
}

export interface NudgingDeps {
  readonly roster: Pick<Roster, 'watching' | 'touch'>;
  readonly logStore: Pick<LogStore, 'ofSession'>;
  readonly writeLog: WriteLog;
  readonly sessions: { find(id: string): Session | undefined };
  /** When somebody last typed into it, Unix ms. */
  readonly typedAt: (sessionId: string) => number | undefined;
  /**
   * Types it if the agent works and takes it now. `taken` is called in the commit that takes it in, and gives the id of
   * what tells of it. Resolves when it was sent off, or is not going to be. Throws Unavailable with nothing typed.
   */
  readonly type: (wanted: NudgeWanted, taken: (receipt: Receipt) => string) => Promise<Receipt>;
  readonly steady: (what: string, round: () => unknown) => Promise<boolean>;
  readonly now: () => number;
}

export interface Nudging {
  /** Nudges if that is to be done. `told` is called whenever there is more to tell of it. */
  consider(stall: Stall, told: () => void): void;
  /** Those of an episode, oldest first. */
  of(stall: Pick<Stall, 'id' | 'sessionId' | 'startedAt'>): readonly Nudge[];
}

const TEXT = 'You seem to be stuck. Say what you are waiting for, or go on.';
const TRIED = 'nudging';
const DONE = ['nudged', 'nudge_refused'] as const;

export function createNudging(deps: NudgingDeps): Nudging {
  const { roster, logStore, writeLog, now } = deps;
  const since = (sessionId: string, at: number) => nudgesIn(logStore.ofSession(sessionId, [TRIED, ...DONE], at));

  const nudge = async (owner: Kept, session: Session, stall: Stall, told: () => void) => {
    const { id: stallId, health, cause } = stall;
    const by = { orchestratorId: owner.id, userId: owner.userId, sessionId: session.id };
    const why = `no progress for ${spelled(stall.stalledMinutes * 60_000)}: ${cause}`;
    const key = `nudge ${stallId} ${health}`;
    const done = deps.type(
      { orchestratorId: owner.id, session, text: TEXT, why, key },
      ({ id: receiptId, textHash }) => {
        roster.touch(owner.id);
        return writeLog({ ...by, action: TRIED, details: { receiptId, textHash, stallId, health, cause } }).id;
      },
    );
    told();
    const { id: receiptId, state, code, reason } = await done;
    const action = DONE[state === 'refused' ? 1 : 0];
    writeLog({ ...by, action, details: { receiptId, stallId, state, ...(code !== null && { code, reason }) } });
    told();
  };

  return {
    consider(stall, told) {
      const session = deps.sessions.find(stall.sessionId);
      const owner = session && roster.watching(session);
      // Most may not, and nothing is read for them.
      if (!session || !owner?.autoIntervention) return;
      const nudges = since(session.id, now() - NUDGES_MS);
      const remedy = remedyFor({ owner, stall, nudges, typedAt: deps.typedAt(session.id) }, now());
      if (remedy === 'nudge') void deps.steady('a nudge', () => nudge(owner, session, stall, told));
    },
    of: ({ id, sessionId, startedAt }) => since(sessionId, startedAt).filter(({ stallId }) => stallId === id),
  };
}

/** What the log says of them, put together. */
function nudgesIn(logged: ReturnType<LogStore['ofSession']>): readonly Nudge[] {
  const outcomes = new Map(
    logged.map(({ action, details }) => [`${action !== TRIED} ${details.receiptId}`, details.state]),
  );
  return logged
    .filter(({ action }) => action === TRIED)
    .map(({ details, at }) => {
      const { receiptId, stallId, health } = details as Readonly<Record<string, string>>;
      const outcome = outcomes.get(`true ${receiptId}`);
      return {
        ...{ receiptId: receiptId!, stallId: stallId!, health: health!, at },
        outcome: typeof outcome === 'string' ? outcome : null,
      };
    });
}
