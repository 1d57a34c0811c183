/** Watches the turns that injected prompts began, until they are seen to end. */
import type { Agents, Look } from '../agents/agents.js';
import type { Ledger } from './ledger.js';
import type { Injection } from './receipt.js';
import { ended } from './seen.js';

export interface FollowDeps {
  readonly agents: Pick<Agents, 'onLook'>;
  readonly ledger: Pick<Ledger, 'find' | 'step' | 'close'>;
  /** Runs what writes; a failure of the disk is told and leaves the receipt as it was. */
  steadily(work: () => void): void;
}

/** Prompts of one session that are watched; of more the oldest are let go. */
const WATCHED = 50;

const UNSEEN = {
  code: 'TURN_UNSEEN',
  reason: 'It was taken while another turn ran; nothing showed which was its own.',
};
const GONE = { code: 'SESSION_CLOSED', reason: 'The session was closed before the turn was seen to end.' };

export function createFollow({ agents, ledger, steadily }: FollowDeps) {
  /** Receipt ids by session, oldest first. */
  const watched = new Map<string, Set<string>>();

  const forget = (sessionId: string, id: string) => {
    const ids = watched.get(sessionId);
    ids?.delete(id);
    if (ids?.size === 0) watched.delete(sessionId);
  };

  const judge = (look: Look, injection: Injection) => {
    const { id, spawnId, state } = injection.receipt;
    const over = ended({ ...look, spawnId: spawnId ?? look.spawnId }, look);
    if (over) return ledger.step(id, 'indeterminate', [], over);
    const begun = state === 'submitted' ? turnAfter(look, injection) : undefined;
    if (begun !== undefined) ledger.step(id, 'turnStarted', [`the hook ${begun} told of a turn`]);
    const [first] = look.verdict.evidence;
    if (look.verdict.state !== 'idle') return;
    const seen = [`${first?.source} (${first?.rule}) shows that it is over`];
    if (state === 'turnStarted' || begun !== undefined || look.provider === 'shell') ledger.step(id, 'completed', seen);
    else ledger.close(id, UNSEEN);
  };

  const leave = agents.onLook((look) => {
    for (const id of [...(watched.get(look.sessionId) ?? [])]) {
      const injection = ledger.find(id);
      if (injection) steadily(() => judge(look, injection));
      if (!ledger.find(id)) forget(look.sessionId, id);
    }
  });

  return {
    add({ receipt }: Injection): void {
      const ids = watched.get(receipt.sessionId) ?? new Set();
      watched.set(receipt.sessionId, ids.add(receipt.id));
      const [oldest] = ids;
      if (ids.size <= WATCHED || oldest === undefined) return;
      steadily(() => ledger.close(oldest, UNSEEN));
      forget(receipt.sessionId, oldest);
    },
    /** The session is no more. */
    ended(sessionId: string): void {
      for (const id of watched.get(sessionId) ?? []) {
        if (ledger.find(id)) steadily(() => ledger.step(id, 'indeterminate', [], GONE));
      }
      watched.delete(sessionId);
    },
    close: leave,
  };
}

/** The hook that told of a turn after the text was sent off. */
function turnAfter({ verdict }: Look, { receipt }: Injection): string | undefined {
  const told = verdict.evidence.find(
    ({ source, says, at, rule }) =>
      source === 'hook' && says === 'busy' && at > receipt.updatedAt && /turnStart|UserPromptSubmit/i.test(rule),
  );
  return told?.rule;
}
