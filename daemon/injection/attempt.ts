/** One injection typed in its turn: on record before the first byte, and its outcome behind it. */
import type { Session } from '#protocol';
import type { Look } from '../agents/agents.js';
import type { Act, Auditor } from '../rpc/auditor.js';
import type { Places } from '../sessions/places.js';
import { deniedIn, unfitOf } from './accept.js';
import type { Ledger } from './ledger.js';
import type { Policy } from './policy.js';
import { type Injection, LATE, type Reason, type Waiting } from './receipt.js';
import type { Refusal } from './seen.js';
import { ENDING, type Job, type TypingDeps, typeText } from './typing.js';

export interface AttemptDeps extends TypingDeps {
  readonly ledger: Ledger;
  readonly places: TypingDeps['places'] & Pick<Places, 'get'>;
  readonly sessions: { find(id: string): Session | undefined };
  readonly auditor: Auditor;
  /** What holds in the session's folder. */
  policyOf(session: Session): Policy;
  /** Runs what writes in the background; a failure that can happen is told. */
  steadily(work: () => void): void;
}

/** What became of it: refused for now or for good, given up, or typed as the receipt tells. */
export type Outcome =
  | { readonly is: 'typed' | 'over' }
  | { readonly is: 'refused'; readonly why: Refusal }
  | { readonly is: 'expired'; readonly why: Reason };

const STOPPING: Refusal = {
  ...{ code: 'DAEMON_STOPPING', passing: true },
  reason: 'The daemon is stopping, and nothing was typed. Send it again to the next one.',
};

/** The caller holds the session's lock. `begun` is called once typing begins. Throws, with nothing typed: Gone, Unavailable. */
export async function attempt(deps: AttemptDeps, injection: Injection, begun: () => void): Promise<Outcome> {
  const { ledger, auditor } = deps;
  const { id, sessionId, submit, expiresAt } = injection.receipt;
  // It may have been taken back while it waited for its turn.
  const waiting = ledger.find(id)?.waiting;
  if (!waiting) return { is: 'over' };
  if (deps.ending.aborted) return { is: 'refused', why: STOPPING };
  if (deps.pressed?.aborted) return { is: 'refused', why: ENDING };
  if (expiresAt <= deps.now()) return { is: 'expired', why: LATE };
  const session = deps.sessions.find(sessionId);
  const unfit = unfitOf(session);
  if (unfit) return { is: 'refused', why: { ...unfit, passing: unfit.code === 'SESSION_SUSPENDED' } };

  const policy = deps.policyOf(session!);
  const denied = deniedIn(waiting, policy);
  if (denied) return { is: 'refused', why: { ...denied, passing: false } };
  const act = actOf(injection, waiting, policy.auditText);
  let place: number | undefined;
  const job: Job = {
    ...{ sessionId, waiting, submit, place: deps.places.get(sessionId) },
    begin(look) {
      if (!ledger.find(id)?.waiting) return false;
      place = auditor.begin(act);
      ledger.begin(id, look.spawnId, [whatItWas(look)]);
      begun();
      return true;
    },
    step: (state, seen, why) => ledger.step(id, state, seen, why),
    entering: (count) => ledger.entering(id, count),
  };
  try {
    const why = await typeText(deps, job);
    if (why) return { is: 'refused', why };
    return { is: place === undefined ? 'over' : 'typed' };
  } finally {
    const written = place;
    if (written !== undefined) deps.steadily(() => auditor.end(act, ledger.stateOf(injection), written));
  }
}

/** The name in the audit of what is typed, whichever call asked for it and however long ago. */
export const TYPED = 'injection/type';

function actOf({ userId, receipt }: Injection, { text, tokenId, connection }: Waiting, withText: boolean): Act {
  const { sessionId, textHash } = receipt;
  return {
    user: userId,
    ...{ tokenId, connection },
    method: TYPED,
    target: `${sessionId} sha256:${textHash}${withText ? ` ${text.slice(0, 800)}` : ''}`,
  };
}

function whatItWas({ provider, verdict }: Look): string {
  const [first] = verdict.evidence;
  return `${provider} was ${verdict.state}: ${first?.source} (${first?.rule})`;
}
