/** The injection methods: text for agents, by users and by orchestrators; receipts; dialogs. */
import {
  type injectionMethods,
  type Orchestrator,
  type Parsed,
  type Receipt,
  RpcError,
  type Session,
  SessionStatus,
} from '#protocol';
import type { Db } from '../db/open.js';
import type { Caller, Handlers } from '../rpc/handlers.js';
import { sees } from '../rpc/reached.js';
import { isLive } from '../sessions/session.js';
import type { SessionStore } from '../sessions/store.js';
import type { Wanted } from './accept.js';
import { createInjections, type InjectionDeps, type Taken } from './injections.js';
import { createInteractions, type InteractionDeps, sessionOf } from './interactions.js';
import { sanitise } from './sanitise.js';
import { createInjectionStore } from './store.js';

export interface InjectionSliceDeps
  extends Omit<InjectionDeps, 'store' | 'sessions'>,
    Omit<InteractionDeps, 'agents' | 'backend' | 'places'> {
  readonly db: Db;
  readonly sessions: SessionStore;
  readonly agents: InjectionDeps['agents'] & InteractionDeps['agents'];
  readonly backend: InjectionDeps['backend'] & InteractionDeps['backend'];
  readonly places: InjectionDeps['places'] & InteractionDeps['places'];
}

/** What is asked of the orchestrators. */
export interface OrchestratorsAsked {
  /** Throws NotFound, also for one of another user. */
  get(user: string, id: string): Orchestrator;
  /** Whether the session is among those it watches. */
  watches(orchestrator: Orchestrator, session: Session): boolean;
  /** Writes down what is about to be done, in the commit that is open. */
  log(entry: Entry): { readonly id: string };
}

export interface Entry {
  readonly orchestratorId: string;
  readonly userId: string;
  readonly action: 'command_injected';
  readonly sessionId: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export type InjectionSlice = ReturnType<typeof createInjectionSlice>;

export function createInjectionSlice({ db, sessions, ...deps }: InjectionSliceDeps) {
  const store = createInjectionStore(db);
  const injections = createInjections({ ...deps, store, sessions });
  const interactions = createInteractions(deps);
  return {
    ...{ store, sessions, injections, interactions, now: deps.now },
    recover: injections.recover,
    ended(sessionId: string): void {
      injections.ended(sessionId);
      interactions.ended(sessionId);
    },
    close: injections.close,
  };
}

export function injectionHandlers(
  { store, sessions, injections, interactions, now }: InjectionSlice,
  orchestrators: OrchestratorsAsked,
): Handlers<typeof injectionMethods> {
  /** Types it, or has it wait; the receipt as far as the caller waits for it. */
  const send = (wanted: Wanted, wait: How['wait'], signal: AbortSignal, taken?: Taken) => {
    const { injection, done } = injections.send(wanted, taken);
    const until = wait ?? (wanted.mode === 'now' ? 'submitted' : 'queued');
    const failed = done.then(() => new Promise<never>(() => {}));
    return Promise.race([injections.reach(injection, until, signal), failed]);
  };

  return {
    async 'agent/send'({ sessionId, text, wait, ...how }, caller) {
      const session = sessions.get(caller.user, sessionId);
      if (session.status !== 'active' || session.exit) throw closed(session);
      return send({ session, text, orchestratorId: null, ...asked(how, caller) }, wait, caller.signal);
    },

    async 'orchestrator/inject'({ id, sessionId, command, pressEnter, wait, ...how }, caller) {
      const orchestrator = orchestrators.get(caller.user, id);
      const session = sessions.get(caller.user, sessionId);
      if (!orchestrators.watches(orchestrator, session)) throw outside(orchestrator, session);
      if (orchestrator.status === 'paused') throw paused(orchestrator);
      if (session.status !== 'active' || session.exit) throw closed(session);
      const wanted = { session, text: command, orchestratorId: id, ...asked({ ...how, submit: pressEnter }, caller) };
      const entry = { orchestratorId: id, userId: caller.user, action: 'command_injected', sessionId } as const;
      const receipt = await send(wanted, wait, caller.signal, ({ id: receiptId, textHash }) => {
        const details = { receiptId, textHash, mode: how.mode, reason: how.reason ?? null };
        return orchestrators.log({ ...entry, details }).id;
      });
      const { state, reason } = receipt;
      if (state === 'refused') throw refused(receipt);
      const at = now();
      return {
        success: SUCCESSES.has(state),
        ...{
          sessionId,
          command: sanitise(command).text,
          at,
          timestamp: new Date(at).toISOString(),
          receipt,
          auditLogId: receipt.auditLogId!,
        },
        ...(reason !== null && { error: reason }),
      };
    },

    'injection/get': ({ id }, { user }) => store.get(user, id).receipt,

    'injection/list'({ sessionId, ...wanted }, { user, identity: { reach } }) {
      if (sessionId !== undefined) sessions.get(user, sessionId);
      const seen = reach && sessions.list(user, SessionStatus.options).flatMap(({ id }) => (sees(reach, id) ? id : []));
      return { receipts: store.list(user, { sessionId, among: seen, ...wanted }) };
    },

    'injection/cancel': ({ id }, { user }) => injections.cancel(store.get(user, id)),

    'interaction/list'({ sessionId }, { user, identity: { reach } }) {
      const of =
        sessionId === undefined ? sessions.list(user, ['active', 'suspended']) : [sessions.get(user, sessionId)];
      return { interactions: interactions.list(of.filter((each) => isLive(each) && sees(reach, each.id))) };
    },

    'interaction/respond'({ interactionId, optionId }, { user, signal }) {
      const session = sessions.find(sessionOf(interactionId));
      if (session?.userId === user) return interactions.respond(session, interactionId, optionId, signal);
      const said = `No interaction ${interactionId}. List what waits with interaction/list.`;
      throw new RpcError('NotFound', said, { code: 'INTERACTION_NOT_FOUND' });
    },
  };
}

const SUCCESSES: ReadonlySet<Receipt['state']> = new Set([
  ...(['queued', 'typed', 'submitted', 'turnStarted', 'completed'] as const),
]);

type How = Pick<Parsed<'agent/send'>, 'mode' | 'submit' | 'expect' | 'ttlMs' | 'wait' | 'reason' | 'idempotencyKey'>;

function asked({ mode, submit, expect, ttlMs, reason, idempotencyKey }: Omit<How, 'wait'>, { identity, peer }: Caller) {
  const who = { tokenId: identity.tokenId ?? null, connection: peer.id };
  return { mode, submit, expect, ttlMs, why: reason ?? null, key: idempotencyKey ?? null, ...who };
}

function closed({ id, status, exit }: Session): RpcError {
  if (status === 'suspended')
    return new RpcError('Conflict', `Session ${id} is suspended. Resume it first.`, { code: 'SESSION_SUSPENDED' });
  const what = exit && isLive({ status }) ? 'has ended: its program is no more' : `is ${status}`;
  return new RpcError('Conflict', `Session ${id} ${what}. Create another.`, { code: 'SESSION_CLOSED' });
}

function outside({ id, name }: Orchestrator, session: Session): RpcError {
  const said = `${name} (${id}) does not watch session ${session.id}. Use one that does, or agent/send.`;
  return new RpcError('Conflict', said, { code: 'SESSION_NOT_IN_SCOPE' });
}

function refused({ code, reason, ...receipt }: Receipt): RpcError {
  return new RpcError('Conflict', reason!, {
    code: code === 'COMMAND_DENIED' ? 'INVALID_COMMAND' : 'COMMAND_INJECTION_FAILED',
    details: { code, receiptId: receipt.id },
  });
}

function paused({ id, name }: Orchestrator): RpcError {
  return new RpcError('Conflict', `${name} (${id}) is paused. Resume it with orchestrator/resume first.`, {
    code: 'ORCHESTRATOR_PAUSED',
  });
}
