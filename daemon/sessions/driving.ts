/** The methods that drive a session from outside: typing, reading, waiting. */
import { type drivingMethods, RpcError, type Session } from '#protocol';
import { type Backend, checkKeys, type Place } from '../backend/index.js';
import type { Handlers } from '../rpc/handlers.js';
import type { Hands } from './hands.js';
import { windowOf } from './places.js';
import { isLive } from './session.js';
import { plainText } from './text.js';
import { type WaitDeps, waitFor } from './wait.js';

export interface DrivingDeps extends WaitDeps {
  readonly backend: Backend;
  readonly hands: Pick<Hands, 'typed'>;
}

export function drivingHandlers(deps: DrivingDeps): Handlers<typeof drivingMethods> {
  const { store, places, backend } = deps;

  /** The window of a session that can be typed into. */
  const typeable = (user: string, id: string): Place => {
    const session = store.get(user, id);
    if (session.status !== 'active') throw refuse(session, `is ${session.status}`);
    if (session.exit) throw refuse(session, 'has ended: its program is no more');
    deps.hands.typed(id);
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
