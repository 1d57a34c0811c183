/** Tickets: with one a page opens the terminal of a session, once and soon. */
import { RpcError, type Session, TICKET_SECONDS, type tokenMethods } from '#protocol';
import { need } from '../rpc/access.js';
import type { Handlers } from '../rpc/handlers.js';
import type { Identity } from '../rpc/identity.js';
import { type LoginDeps, recognise } from './login.js';
import { hashOf, mint, newId } from './mint.js';
import { draft } from './replace.js';
import { type KeptToken, unauthorized } from './token.js';

export interface TicketDeps extends Pick<LoginDeps, 'store' | 'now' | 'backoff' | 'alarm'> {
  readonly sessions: {
    /** Throws NotFound for one of another user. */
    get(user: string, id: string): Session;
    /** Throws Gone for one that is closed. */
    open(session: Session): unknown;
  };
}

type TicketMethods = Pick<typeof tokenMethods, 'session/ticket' | 'token/redeem'>;

export function ticketHandlers(deps: TicketDeps): Handlers<TicketMethods> {
  const { store, now } = deps;
  return {
    'session/ticket'({ id: sessionId, mode, origin }, { user, identity }) {
      if (mode === 'rw') need('session/ticket with mode "rw"', 'terminal:write', identity);
      const session = deps.sessions.get(user, sessionId);
      deps.sessions.open(session);
      const id = newId();
      const text = mint('tkt', id);
      const scopes = [mode === 'rw' ? 'terminal:write' : 'terminal:read'] as const;
      const made = draft(text, id, { kind: 'tkt', userId: user, name: 'ticket', scopes });
      const ends = { createdAt: now(), expiresAt: now() + TICKET_SECONDS * 1000 };
      const terms = { mode, origin: origin ?? null };
      store.add({ ...made, ...ends, sessionId, terms, parentId: parentOf(deps, identity).id }, hashOf(text));
      return { token: text, sessionId, tmuxSessionName: session.tmuxSessionName, expiresIn: TICKET_SECONDS };
    },

    'token/redeem'({ token: text, sessionId, origin }, { user, peer }) {
      const ticket = recognise(deps, text, () => {}, peer.id);
      if (ticket.kind !== 'tkt') throw refused('This is no ticket.');
      // Spent whatever comes of it: one that is shown where it does not belong has been copied.
      store.spend(ticket.id, now());
      const fits =
        (sessionId === undefined || sessionId === ticket.sessionId) &&
        (user === '' || user === ticket.userId) &&
        (ticket.terms!.origin === null || ticket.terms!.origin === origin);
      if (!fits) throw refused('This ticket is for another session or origin.');
      return { user: ticket.userId!, sessionId: ticket.sessionId!, mode: ticket.terms!.mode };
    },
  };
}

function refused(what: string): RpcError {
  return new RpcError('Unauthorized', `${what} Ask for another with session/ticket.`, { code: 'INVALID_TOKEN' });
}

/** The token of the caller, as it is now. It may have been replaced while his connection goes on. */
export function parentOf({ store }: Pick<TicketDeps, 'store'>, { tokenId }: Identity): KeptToken {
  const token = store.find(tokenId);
  if (!token) throw unauthorized('This token is no more.', 'INVALID_TOKEN');
  return store.newest(token);
}
