/** The session methods. Each reads top to bottom: load, decide, act, save, tell. */
import {
  type drivingMethods,
  type Result,
  RpcError,
  type Session,
  type SessionStatus,
  type sessionMethods,
} from '#protocol';
import { type Backend, checkKeys, type Place } from '../backend/index.js';
import type { Handlers } from '../rpc/handlers.js';
import { seal } from '../rpc/seal.js';
import { type CloseDeps, closeSession } from './close.js';
import { type CreateDeps, createSessions } from './create.js';
import { windowOf } from './places.js';
import { isLive, listedByDefault, rename, turn } from './session.js';
import { plainText } from './text.js';
import { type WaitDeps, waitFor } from './wait.js';

export interface SessionDeps extends CreateDeps, Pick<CloseDeps, 'viewers'>, Pick<WaitDeps, 'ending'> {
  readonly backend: Backend;
}

export function sessionHandlers(deps: SessionDeps): Handlers<typeof sessionMethods & typeof drivingMethods> {
  const { store, places, backend, journal, viewers, now } = deps;
  const create = createSessions(deps);
  const list = createLists(deps);

  const keep = (session: Session): Session => {
    store.save(session);
    journal.tell(session.userId, 'session/changed', { session });
    return session;
  };

  /** The window of a session that can be typed into. */
  const typeable = (user: string, id: string): Place => {
    const session = store.get(user, id);
    if (session.status !== 'active') throw refuse(session, `is ${session.status}`);
    if (session.exit) throw refuse(session, 'has ended: its program is no more');
    return places.get(id);
  };

  const type = async ({ pane }: Place, text: string, keys: readonly string[]): Promise<number> => {
    checkKeys(keys);
    const bytes = Buffer.from(text);
    await backend.leaveModes(pane);
    await backend.type(pane, bytes);
    await backend.keys(pane, keys);
    return bytes.length;
  };

  return {
    'session/create': (params, { user }) => create(user, params),

    'session/list': ({ status, revision }, { user }) => list(user, status ?? listedByDefault, revision),

    'session/get': ({ id }, { user }) => store.get(user, id),

    'session/rename': ({ id, name }, { user }) => keep(rename(store.get(user, id), name, now())),

    'session/suspend'({ id }, { user }) {
      const suspended = keep(turn(store.get(user, id), 'suspended', now()));
      viewers.endAll(id, 'suspended');
      return suspended;
    },

    'session/resume'({ id }, { user }) {
      const resumed = turn(store.get(user, id), 'active', now());
      places.get(id);
      return keep(resumed);
    },

    async 'session/close'({ id }, { user }) {
      await closeSession(deps, user, id);
      return { success: true };
    },

    async 'session/exec'({ id, command, pressEnter }, { user }) {
      await type(typeable(user, id), command, pressEnter ? ['Enter'] : []);
      return {
        success: true,
        sessionId: id,
        command,
        message: pressEnter ? 'Typed, with Enter.' : 'Typed, without Enter.',
      };
    },

    async 'session/send'({ id, text, keys, enter }, { user }) {
      const bytes = await type(typeable(user, id), text, enter ? [...keys, 'Enter'] : keys);
      return { success: true, bytes };
    },

    async 'session/scrollback'({ id, lines }, { user }) {
      const { pane } = windowOf(places, store.get(user, id));
      return { content: plainText(await backend.capture(pane, { history: lines, styled: false })) };
    },

    'session/wait': (params, caller) => {
      const session = store.get(caller.user, params.id);
      if (session.exit && !isLive(session)) return { reason: 'exited', exitCode: session.exit.code, elapsedMs: 0 };
      windowOf(places, session);
      return waitFor(deps, session, params, caller);
    },
  };
}

function refuse({ id, status }: Session, what: string): RpcError {
  const cure = status === 'suspended' ? 'Resume it first.' : 'Create another.';
  return new RpcError('Conflict', `Session ${id} ${what}. ${cure}`, {
    code: status === 'suspended' ? 'SESSION_SUSPENDED' : 'SESSION_CLOSED',
  });
}

/** Lists kept per question until something changes: the same answer is built and serialised once. */
function createLists({ store }: Pick<SessionDeps, 'store'>) {
  const kept = new Map<string, Result<'session/list'>>();
  return (user: string, statuses: readonly SessionStatus[], known: string | undefined): Result<'session/list'> => {
    const { revision } = store;
    if (known === revision) return { revision, unchanged: true, sessions: [] };
    const question = JSON.stringify([user, statuses]);
    const found = kept.get(question);
    if (found?.revision === revision) return found;
    if (kept.size >= QUESTIONS) kept.clear();
    const made = seal('session/list', { revision, unchanged: false, sessions: store.list(user, statuses) });
    kept.set(question, made);
    return made;
  };
}

const QUESTIONS = 64;
