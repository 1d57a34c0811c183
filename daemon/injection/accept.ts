/** Takes a text in: cleared, measured, hashed, and refused at once where no screen needs to be asked. */
import { createHash, randomUUID } from 'node:crypto';
import { injectionLimits, RpcError, type Session } from '#protocol';
import { deniedBy, type Policy } from './policy.js';
import type { Injection, Reason, Waiting } from './receipt.js';
import { type Removed, sanitise } from './sanitise.js';
import { essence } from './seen.js';

/** What somebody wants to be typed. */
export interface Wanted extends Omit<Waiting, 'text'> {
  readonly session: Session;
  readonly text: string;
  readonly submit: boolean;
  readonly ttlMs: number;
  readonly key: string | null;
  readonly orchestratorId: string | null;
}

/** Throws InvalidParams with `INVALID_COMMAND` for a text that is none, or too long. */
export function accept(wanted: Wanted, now: number): Injection & { readonly waiting: Waiting } {
  const { session, submit, ttlMs, key, orchestratorId, mode, expect, why, tokenId, connection } = wanted;
  const { text, removed } = sanitise(wanted.text);
  const bytes = Buffer.byteLength(text);
  if (essence(text) === '')
    throw invalid('there is nothing in it that could be seen to arrive. Keys are pressed by their names');
  if (bytes > injectionLimits.textBytes)
    throw invalid(`it has ${bytes} bytes, more than ${injectionLimits.textBytes}. Put it into a file and name that`);
  return {
    userId: session.userId,
    key,
    waiting: { text, mode, expect, why, tokenId, connection },
    receipt: {
      id: randomUUID(),
      sessionId: session.id,
      ...{ orchestratorId, auditLogId: null },
      state: 'queued',
      ...{ reason: null, code: null },
      textHash: createHash('sha256').update(text).digest('hex'),
      bytes,
      removed: removed.map(inWords),
      submit,
      spawnId: null,
      enters: 0,
      evidence: [],
      ...{ createdAt: now, updatedAt: now, expiresAt: now + ttlMs },
    },
  };
}

function invalid(why: string): RpcError {
  const said = `The text cannot be typed: ${why}.`;
  return new RpcError('InvalidParams', said, { code: 'INVALID_COMMAND' });
}

const inWords = ({ what, count }: Removed) => `${what} x ${count}`;

/** Why a text is not even looked at a screen for; `waits` is how many wait already. */
export function refusedAtOnce({ waiting }: { waiting: Waiting }, policy: Policy, waits: number): Reason | undefined {
  const denied = deniedIn(waiting, policy);
  if (denied) return denied;
  if (waiting.mode === 'now' || waits < injectionLimits.queue) return undefined;
  const reason = `${waits} texts wait for the session already. Send it when some of them are through.`;
  return { code: 'QUEUE_FULL', reason };
}

/** What waits is asked again in its turn: the folder may say otherwise then. */
export function deniedIn({ text }: Pick<Waiting, 'text'>, policy: Policy): Reason | undefined {
  const rule = deniedBy(text, policy);
  if (rule === undefined) return undefined;
  return { code: 'COMMAND_DENIED', reason: `The folder does not want machines to type \`${rule}\`.` };
}

/** Why nothing can be typed into a session any more; undefined for one that can be. */
export function unfitOf(session: Session | undefined): Reason | undefined {
  if (!session || session.status === 'closed' || session.status === 'trashed')
    return { code: 'SESSION_CLOSED', reason: 'The session is closed. Create another.' };
  if (session.status === 'suspended')
    return { code: 'SESSION_SUSPENDED', reason: 'The session is suspended. Resume it.' };
  if (session.exit) return { code: 'AGENT_EXITED', reason: 'The program has ended. Create another session.' };
  return undefined;
}
