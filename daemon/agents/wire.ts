/** What is known of an agent, as clients are told. Pure. */
import type { Agent, AgentState, Blocked, Evidence, Session, StallCause } from '#protocol';
import type { Look } from './agents.js';
import { interactionOf } from './dialog.js';
import type { Says } from './evidence.js';
import type { Verdict } from './verdict.js';

/** Of one that was not looked at, what its session tells. */
export function agentOf(session: Session, look: Look | undefined, cause: StallCause | null): Agent {
  const { verdict } = look ?? {};
  return {
    sessionId: session.id,
    name: session.name,
    folderId: session.folderId,
    program: look?.provider ?? programOf(session),
    state: verdict?.state ?? session.agentState,
    since: verdict?.since ?? session.updatedAt,
    health: session.health,
    cause,
    blocked: look ? blockedOf(look) : null,
    limitedUntilAt: verdict?.until ?? null,
    exitCode: verdict?.code ?? null,
    spawnId: look?.spawnId ?? '',
    evidence: verdict ? evidenceOf(verdict) : [],
  };
}

function programOf({ agentProvider }: Session): Agent['program'] {
  return agentProvider === null || agentProvider === 'none' ? 'shell' : agentProvider;
}

export function evidenceOf(verdict: Verdict): Evidence[] {
  return verdict.evidence.map(({ source, says, rule, span, spawnId, seq, at, leftMs }, place) => ({
    source: source === 'mark' ? 'progress' : source === 'start' ? 'startup' : source,
    says: place === 0 ? verdict.state : states[says],
    rule,
    matched: span,
    ...{ spawnId, seq, at, leftMs },
    decisive: place === 0,
  }));
}

const states: Readonly<Record<Says, AgentState>> = {
  exited: 'exited',
  blocked: 'blocked',
  busy: 'working',
  limited: 'limited',
  auth_failed: 'auth_failed',
  done: 'done',
  awaited: 'starting',
  idle: 'idle',
  doubt: 'unknown',
  nothing: 'unknown',
};

function blockedOf({ sessionId, verdict, dialog }: Look): Blocked | null {
  if (!verdict.blocked) return null;
  const { kind, since } = verdict.blocked;
  const options = (dialog?.options ?? []).map(({ id, label }) => ({ id, label }));
  const text = dialog?.text ?? verdict.evidence[0]?.span ?? '';
  return { kind, since, text, options, interactionId: dialog ? interactionOf(sessionId, dialog, since) : null };
}
