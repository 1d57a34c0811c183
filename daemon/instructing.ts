/** Prompts for the agents that live in orchestrators: typed once the agent, and not the shell before it, takes one. */
import { RpcError, type Session } from '#protocol';
import type { Agents, Look } from './agents/agents.js';
import type { InjectionSlice } from './injection/handlers.js';
import type { Heard } from './overhear.js';
import { isLive } from './sessions/session.js';

interface Deps {
  readonly agents: Pick<Agents, 'find' | 'onLook'>;
  readonly injection: Pick<InjectionSlice, 'injections' | 'store'>;
  readonly store: { find(id: string): Session | undefined };
  readonly hearing: Set<(heard: Heard) => void>;
}

/** An agent that has not come up by then never will. */
const PATIENCE_MS = 10 * 60_000;
const done: ReadonlySet<string> = new Set(['submitted', 'turnStarted', 'completed']);

/**
 * Resolves when the prompt was seen to be taken. With a key that was used before nothing is typed: it is as that one went.
 * Throws Gone, Timeout, and Conflict with the reason why it was not.
 */
export function createInstruct(deps: Deps): (sessionId: string, text: string, key?: string) => Promise<void> {
  const { injections, store } = deps.injection;
  /** What a daemon that was killed may have typed without a word of it. */
  const before = (sessionId: string, key: string | undefined) => {
    const session = deps.store.find(sessionId);
    return session && key !== undefined ? store.byKey(session.userId, key) : undefined;
  };
  const type = async (sessionId: string, text: string, key: string | null) => {
    const { spawnId } = await whenReady(deps, sessionId);
    const session = deps.store.find(sessionId);
    if (!session) throw gone(sessionId);
    const nobody = { orchestratorId: null, tokenId: null, connection: null };
    const how = { mode: 'whenIdle', submit: true, expect: { spawnId }, ttlMs: PATIENCE_MS } as const;
    return injections.send({ session, text, key, ...how, ...nobody, why: 'the task of an orchestrator' }).injection;
  };
  return async (sessionId, text, key) => {
    const injection = before(sessionId, key) ?? (await type(sessionId, text, key ?? null));
    const late = AbortSignal.timeout(2 * PATIENCE_MS);
    const { state, reason, code } = await injections.reach(injection, 'submitted', late);
    if (done.has(state)) return;
    throw new RpcError('Conflict', `Its agent did not take the prompt: ${reason ?? state}`, { ...(code && { code }) });
  };
}

const isReady = ({ provider, verdict }: Look) => provider !== 'shell' && verdict.state === 'idle';

function whenReady({ agents, store, hearing }: Deps, sessionId: string): Promise<Look> {
  return new Promise((resolve, reject) => {
    const hear = ({ name, what }: Heard) => {
      if (name === 'session/changed' && what.session.id === sessionId && !isLive(what.session)) end(gone(sessionId));
    };
    const leave = agents.onLook((look) => {
      if (look.sessionId === sessionId && isReady(look)) end(look);
    });
    const late = new RpcError('Timeout', 'Its agent has taken no prompt for 10 minutes.');
    const timer = setTimeout(() => end(late), PATIENCE_MS).unref();
    const end = (outcome: Look | RpcError) => {
      leave();
      hearing.delete(hear);
      clearTimeout(timer);
      if (outcome instanceof RpcError) reject(outcome);
      else resolve(outcome);
    };
    hearing.add(hear);
    const session = store.find(sessionId);
    const seen = agents.find(sessionId);
    if (!session || !isLive(session)) end(gone(sessionId));
    else if (seen && isReady(seen)) end(seen);
  });
}

function gone(sessionId: string): RpcError {
  return new RpcError('Gone', `Session ${sessionId}, in which its agent was to live, has ended.`);
}
