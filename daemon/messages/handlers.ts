/** The message methods: send, list, acknowledge. */
import { randomUUID } from 'node:crypto';
import { type Message, type messageMethods, type Parsed, RpcError, type Session } from '#protocol';
import type { Journal } from '../events/journal.js';
import type { Handlers } from '../rpc/handlers.js';
import type { Identity } from '../rpc/identity.js';
import { isLive } from '../sessions/session.js';
import { saysNothing } from './framing.js';
import { acknowledged, type Kept } from './message.js';
import type { Messages } from './messages.js';
import type { MessageStore } from './store.js';

export interface MessageDeps {
  readonly store: MessageStore;
  readonly messages: Pick<Messages, 'wake' | 'withdraw' | 'expire'>;
  readonly sessions: {
    /** Throws NotFound, also for one of another user. */
    get(user: string, id: string): Session;
  };
  readonly journal: Pick<Journal, 'act' | 'tell' | 'afterwards'>;
  readonly now: () => number;
  /** For tests. */
  readonly bounds?: { readonly waiting: number; readonly kept: number };
}

/** Of one receiver: so many may wait, and so many are kept until the clean-up comes. */
const BOUNDS = { waiting: 1000, kept: 2000 };

export function messageHandlers(deps: MessageDeps): Handlers<typeof messageMethods> {
  const { store, messages, sessions, journal, now } = deps;
  const tell = ({ userId, message }: Kept) =>
    journal.tell(userId, 'message/changed', { sessionId: message.to, message });

  return {
    'message/send'(wanted, { user, identity }) {
      const from = ownOr('from', wanted.from, identity);
      const sender = from === undefined ? undefined : sessions.get(user, from);
      const receiver = sessions.get(user, wanted.to);
      const key = wanted.idempotencyKey === undefined ? null : `${from ?? ''} ${wanted.idempotencyKey}`;
      const before = key === null ? undefined : store.byKey(user, key);
      if (before) return same(before.message, wanted);
      check(wanted, receiver, from);
      messages.expire();
      refuseTooMany(deps, receiver);
      const message = { ...begun(wanted, now()), from: from ?? null, fromName: sender?.name ?? user };
      const kept = journal.act(() => {
        const kept = { userId: user, message, typing: wanted.deliver === 'type', attempt: 0 };
        const added = store.add(kept, { key, now: now(), keep: (deps.bounds ?? BOUNDS).kept });
        tell(added);
        return added;
      });
      messages.expire();
      messages.wake(receiver.id);
      return kept.message;
    },

    'message/list'({ sessionId, after, limit }, { user, identity }) {
      const { id } = sessions.get(user, receiverOf(sessionId, identity));
      messages.expire();
      const { acknowledged } = store.cursors(id);
      const found = store.after(id, after ?? acknowledged, limit + 1).map(({ message }) => message);
      return { messages: found.slice(0, limit), acknowledged, more: found.length > limit };
    },

    'message/ack'({ sessionId, cursor }, { user, identity }) {
      const { id } = sessions.get(user, receiverOf(sessionId, identity));
      messages.expire();
      const { acknowledged: before, newest } = store.cursors(id);
      if (cursor > newest) throw notThere(cursor, newest);
      if (cursor <= before) return { acknowledged: before, count: 0 };
      const read = store.open(id, cursor);
      journal.act(() => {
        store.acknowledge(id, cursor);
        for (const kept of read) {
          const next = acknowledged(kept, now());
          store.save(next, now());
          tell(next);
        }
      });
      for (const kept of read) messages.withdraw(kept);
      return { acknowledged: cursor, count: read.length };
    },
  };
}

/** A session's own token speaks for that session, and for no other. Throws Forbidden. */
function ownOr(field: string, named: string | undefined, { sessionId: own }: Identity): string | undefined {
  if (own === undefined || named === undefined || named === own) return named ?? own;
  const said = `This is the token of session ${own}: \`${field}\` can name no other. Leave it out.`;
  throw new RpcError('Forbidden', said, { code: 'OTHER_SESSION' });
}

function receiverOf(named: string | undefined, identity: Identity): string {
  const id = ownOr('sessionId', named, identity);
  if (id !== undefined) return id;
  throw new RpcError(
    'InvalidParams',
    'Expected `sessionId` to name a session, got nothing: only a program in a session may leave it out.',
  );
}

function check({ text, to }: Parsed<'message/send'>, receiver: Session, from: string | undefined): void {
  if (from === to)
    throw new RpcError('InvalidParams', 'Expected `to` to be another session than the one that sends, got the same.');
  if (saysNothing(text))
    throw new RpcError('InvalidParams', 'Expected `text` to say something, got nothing that can be seen.');
  if (isLive(receiver)) return;
  const said = `Session ${to} is ${receiver.status}, and nobody reads its messages. Send to one that is open.`;
  throw new RpcError('Conflict', said, { code: 'SESSION_CLOSED' });
}

function refuseTooMany({ store, bounds = BOUNDS }: MessageDeps, { id }: Session): void {
  const waiting = store.countWaiting(id);
  if (waiting < bounds.waiting) return;
  const said = `${waiting} messages wait for session ${id}, and that is as many as may. Have it read them, or acknowledge them with message/ack.`;
  throw new RpcError('Conflict', said, { code: 'TOO_MANY_MESSAGES' });
}

/** Throws Conflict for a key that was used for something else. */
function same(message: Message, { to, text }: Parsed<'message/send'>): Message {
  if (message.to === to && message.text === text) return message;
  const said = 'This `idempotencyKey` was used for another message. Use a new one for each.';
  throw new RpcError('Conflict', said, { code: 'KEY_REUSED' });
}

function begun({ to, text, subject, replyTo, deliver, ttlMs }: Parsed<'message/send'>, now: number) {
  const what = { id: randomUUID(), to, subject: subject ?? null, text, replyTo: replyTo ?? null, deliver };
  const fresh = { state: 'waiting' as const, reason: null, receiptId: null, deliveredAt: null, acknowledgedAt: null };
  return { ...what, ...fresh, createdAt: now, expiresAt: now + ttlMs };
}

function notThere(cursor: number, newest: number): RpcError {
  const said = `Expected \`cursor\` to be at most ${newest}, of the newest message, got ${cursor}.`;
  return new RpcError('InvalidParams', said);
}
