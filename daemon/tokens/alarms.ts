/** Tells a user that a token of his was used that was taken out of use: somebody holds a copy. */
import type { Journal } from '../events/journal.js';
import type { Log } from '../rpc/serve.js';
import type { Tree } from './reach.js';
import type { KeptToken } from './token.js';

interface AlarmDeps {
  readonly journal: Pick<Journal, 'tell'>;
  readonly tree: Tree;
  readonly log: Log;
  readonly now: () => number;
  /** Told of the tokens of the bridge, which are nobody's. */
  readonly localUser: () => string;
}

const EACH_MS = 60_000;
/** Tokens remembered. */
const REMEMBERED = 1000;

/** At most once a minute per token. */
export function createAlarms({ journal, tree, log, now, localUser }: AlarmDeps) {
  const raised = new Map<string, number>();
  return (token: KeptToken, reason: 'replaced' | 'revoked', connection: string): void => {
    const { id, name, kind, userId, sessionId } = token;
    // A program that outlives its session by a moment, and a page that asks twice, tell nothing.
    if (kind === 'tkt' || (kind === 'ses' && !isOpen(tree, sessionId))) return;
    const at = now();
    // A clock that went back must not silence it for ever.
    if (Math.abs(at - (raised.get(id) ?? Number.NEGATIVE_INFINITY)) < EACH_MS) return;
    raised.delete(id);
    raised.set(id, at);
    if (raised.size > REMEMBERED) raised.delete(raised.keys().next().value!);
    log({ level: 'warn', message: 'a token that is out of use was used', token: id, reason, connection });
    journal.tell(userId ?? localUser(), 'token/alarmed', { id, name, reason });
  };
}

function isOpen(tree: Tree, sessionId: string | null): boolean {
  const { status } = tree.session(sessionId ?? '') ?? {};
  return status === 'active' || status === 'suspended';
}
