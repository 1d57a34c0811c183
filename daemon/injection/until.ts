/** Waits until a session's screen shows something, by looking whenever it changes. */
import { RpcError } from '#protocol';
import type { Agents, Look } from '../agents/agents.js';
import type { Places } from '../sessions/places.js';

export interface UntilDeps {
  readonly agents: Pick<Agents, 'look' | 'onLook'>;
  readonly places: Pick<Places, 'listen'>;
  /** Aborted when the daemon stops. */
  readonly ending: AbortSignal;
  /** Aborted when somebody waits for the session's lock who must not wait long. */
  readonly pressed?: AbortSignal;
}

/** What ends a wait early, as the code of an error. */
export const PRESSED = 'SESSION_ENDING';

/** Output in quick succession is looked at once in so long. */
const GAP_MS = 15;

/**
 * Resolves with the first answer that is not undefined; with undefined when there was none in this time, the last moment
 * looked at too. Throws Gone and Unavailable, the latter also when the daemon stops or the session is to end.
 */
export function until<T>(
  { agents, places, ending, pressed }: UntilDeps,
  sessionId: string,
  ms: number,
  judge: (look: Look) => T | undefined,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const leave: (() => void)[] = [];
    let over = false;
    let looking = false;
    let again = false;
    const end = (settle: () => void) => {
      if (over) return;
      over = true;
      for (const go of leave) go();
      settle();
    };
    const take = (look: Look) => {
      if (over || look.sessionId !== sessionId) return;
      const answer = judge(look);
      if (answer !== undefined) end(() => resolve(answer));
    };
    const look = async () => {
      again = true;
      if (looking) return;
      looking = true;
      while (again && !over) {
        again = false;
        await agents.look(sessionId).then(take, (error: unknown) => end(() => reject(error)));
        if (!over) await new Promise((next) => setTimeout(next, GAP_MS));
      }
      looking = false;
    };
    const late = () => {
      const last = agents.look(sessionId).then(take, (error: unknown) => end(() => reject(error)));
      void last.then(() => end(() => resolve(undefined)));
    };
    const stop = () => end(() => reject(new RpcError('Unavailable', 'The daemon is stopping.')));
    const giveWay = () => end(() => reject(givenWay()));
    const timer = setTimeout(late, ms);
    leave.push(
      () => clearTimeout(timer),
      agents.onLook(take),
      places.listen(sessionId, () => void look()),
    );
    ending.addEventListener('abort', stop, { once: true });
    pressed?.addEventListener('abort', giveWay, { once: true });
    leave.push(
      () => ending.removeEventListener('abort', stop),
      () => pressed?.removeEventListener('abort', giveWay),
    );
    if (ending.aborted) stop();
    else if (pressed?.aborted) giveWay();
    else void look();
  });
}

/** Of a session that is just being closed or suspended. */
export function givenWay(): RpcError {
  return new RpcError('Unavailable', 'The session is being closed or suspended.', { code: PRESSED });
}
