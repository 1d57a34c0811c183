/** How orchestrators nudge: through the one writer of each session, and only an agent that works still. */
import type { Agents } from './agents/agents.js';
import type { InjectionSlice } from './injection/handlers.js';
import type { NudgingDeps } from './orchestrators/nudging.js';

interface Deps {
  readonly agents: Pick<Agents, 'find'>;
  readonly injection: Pick<InjectionSlice, 'injections'>;
  readonly ending: AbortSignal;
}

/** Nothing waits: one that does not go at once is refused. */
const TTL_MS = 60_000;

export function createNudge({ agents, injection: { injections }, ending }: Deps): NudgingDeps['type'] {
  return async ({ session, ...wanted }, taken) => {
    const spawnId = agents.find(session.id)?.spawnId;
    // One that rests has got on meanwhile: a line would begin a turn that nobody asked for.
    const expect = { states: ['working'], ...(spawnId !== undefined && { spawnId }) } as const;
    const how = { mode: 'now', submit: true, expect, ttlMs: TTL_MS, tokenId: null, connection: null } as const;
    const { injection, done } = injections.send({ session, ...wanted, ...how }, taken);
    const failed = done.then(() => new Promise<never>(() => {}));
    return Promise.race([injections.reach(injection, 'submitted', ending), failed]);
  };
}
