/** The injection slice over a real database and a staged agent. */
import type { TestContext } from 'node:test';
import type { Receipt, Session } from '#protocol';
import { openDatabase } from '../../../daemon/db/open.js';
import { createJournal } from '../../../daemon/events/journal.js';
import type { Wanted } from '../../../daemon/injection/accept.js';
import { createInjections } from '../../../daemon/injection/injections.js';
import { createInteractions } from '../../../daemon/injection/interactions.js';
import { type Policy, usual } from '../../../daemon/injection/policy.js';
import { createInjectionStore } from '../../../daemon/injection/store.js';
import type { Act } from '../../../daemon/rpc/auditor.js';
import { createHub } from '../../../daemon/rpc/hub.js';
import { createLock } from '../../../daemon/rpc/locks.js';
import { createSessionStore } from '../../../daemon/sessions/store.js';
import { sample } from '../sample.js';
import { createStaged, submitOf } from './staged.js';
import type { Quirks } from './talk.js';

/** Waits are a tenth of what they are. */
export const quick = { echoMs: 200, confirmMs: 500, againMs: 100, pauses: 0.1, sweepMs: 3000 };

export type Injecting = ReturnType<typeof openInjecting>;

export interface InjectingOptions {
  readonly quirks?: Quirks;
  /** A database to keep. */
  readonly path?: string;
  /** One that others use too, and close. */
  readonly shared?: Shared;
  readonly session?: Session;
  readonly policy?: Partial<Policy>;
  readonly times?: Partial<typeof quick>;
}

export type Shared = ReturnType<typeof openShared>;

export function openShared(path = ':memory:') {
  const db = openDatabase(path);
  return { db, sessions: createSessionStore(db), store: createInjectionStore(db) };
}

export function openInjecting(
  t: Pick<TestContext, 'after'> | undefined,
  {
    quirks,
    path = ':memory:',
    shared,
    session = sample({ agentProvider: 'claude' }),
    policy,
    times,
  }: InjectingOptions = {},
) {
  const { db, sessions, store } = shared ?? openShared(path);
  if (!sessions.find(session.id)) {
    sessions.intend(session);
    sessions.save(session);
  }
  const staged = createStaged(session.id, quirks);
  const ending = new AbortController();
  const hub = createHub();
  const journal = createJournal(db, hub, Date.now);
  const audit: string[] = [];
  const note = (act: Act, what: string) => void audit.push(`${act.method} ${act.target} ${what}`);
  const audits: { broken?: Error } = {};
  const deps = {
    ...staged,
    store,
    journal,
    now: Date.now,
    ending: ending.signal,
    submitOf,
    lock: createLock(),
    sessions,
    auditor: {
      begin(act: Act) {
        if (audits.broken) throw audits.broken;
        note(act, 'begun');
        return audit.length;
      },
      end: (act: Act, outcome: string) => note(act, outcome),
    },
    policyOf: () => ({ ...usual, ...policy }),
    async steady(_what: string, round: () => unknown) {
      await round();
      return true;
    },
  };
  const injections = createInjections(deps, { ...quick, ...times });
  const interactions = createInteractions(deps, 300);
  const close = async () => {
    ending.abort();
    await injections.close();
    staged.close();
    if (!shared) db.close();
  };
  t?.after(close);
  /** Steps that were told, of all receipts. */
  const told = () =>
    journal.list(session.userId, 0, 1000, ['injection/changed']).map(({ params }) => params.receipt as Receipt);
  /** Sends a text and waits for the end of what happens at once. */
  const send = async (text: string, wanted: Partial<Wanted> = {}): Promise<Receipt> => {
    const { injection, done } = injections.send({
      ...{ session, text, mode: 'now', expect: {}, why: null, submit: true, ttlMs: 60_000, key: null },
      ...{ orchestratorId: null, tokenId: 'token', connection: 'connection' },
      ...wanted,
    });
    await done;
    return deps.store.get(session.userId, injection.receipt.id).receipt;
  };
  return { ...{ db, staged, session, sessions, told, audit, audits, injections, interactions, deps, close, send } };
}
