/** Who opens a terminal, and what he may: by a ticket, or by the headers that any request may bring. */
import type { IncomingMessage } from 'node:http';
import type { Caller } from '../identity/caller.js';
import type { Callers } from '../identity/headers.js';
import type { Pool } from '../identity/pool.js';
import type { Voucher } from '../identity/vouch.js';
import type { Asked } from './asked.js';
import { BAD_NAME, Ended } from './endings.js';

export interface Admitted {
  readonly caller: Caller;
  readonly sessionId: string;
  /** The most he may. */
  readonly mode: 'rw' | 'ro';
}

export interface AccessDeps {
  readonly pool: Pool;
  readonly callers: Callers;
  readonly voucher: Voucher;
}

/** Throws what `endingOf` knows. A ticket counts before headers: a front end adds its own to whatever passes through it. */
export async function admit(deps: AccessDeps, request: IncomingMessage, asked: Asked): Promise<Admitted> {
  const { pool, callers, voucher } = deps;
  const { ticket, sessionId, tmuxSessionName } = asked;
  const caller = ticket === undefined ? await callers.of(request) : undefined;
  if (sessionId === undefined || !isName(tmuxSessionName ?? 'rdv-')) throw new Ended(BAD_NAME);
  if (caller) return { caller, sessionId, mode: 'rw' };
  const { origin } = request.headers;
  const params = { token: ticket!, sessionId, ...(origin !== undefined && { origin }) };
  const { user, mode } = await pool.call(voucher.actFor('', 'service'), 'token/redeem', params);
  return { caller: voucher.actFor(user, 'service'), sessionId, mode };
}

function isName(name: string): boolean {
  return /^rdv-[\w-]{0,64}$/.test(name);
}
