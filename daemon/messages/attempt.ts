/** One attempt to have a message typed: looks what is there to type into, and hands it over. */
import { type Receipt, RpcError, type Session } from '#protocol';
import { framed } from './framing.js';
import { isBusy, type Kept, keyOf, left, received } from './message.js';

/** What types for a machine, and what it types into. */
export interface Typist {
  /** What runs in a session now. Throws Gone, and Unavailable while nobody can tell. */
  look(sessionId: string): Promise<{ readonly provider: string; readonly spawnId: string }>;
  /** Resolves once it is queued. With a key that was used already: with the receipt there is. */
  inject(request: Injected): Promise<Receipt>;
  /** The receipt of an injection of this key. */
  find(user: string, key: string): Receipt | undefined;
  /** What is not typed yet never will be. */
  cancel(user: string, receiptId: string): void;
}

export interface Injected {
  readonly user: string;
  readonly sessionId: string;
  readonly text: string;
  readonly mode: 'whenIdle';
  readonly submit: true;
  readonly expect: { readonly spawnId: string };
  readonly ttlMs: number;
  readonly reason: string;
  readonly idempotencyKey: string;
}

export interface AttemptDeps {
  readonly typist: Typist;
  readonly sessions: { find(id: string): Session | undefined };
  readonly now: () => number;
}

/** What an attempt may do about its receiver. */
export interface Round {
  /** As it is kept now, if it is still to be typed. */
  current(kept: Kept): Kept | undefined;
  save(kept: Kept): void;
  /** It is tried again later. */
  wait(sessionId: string): void;
  /** The next one has its turn. */
  next(sessionId: string): void;
}

/** When it has been handed over there is a receipt; else nothing was typed. */
export async function begin(next: Kept, deps: AttemptDeps & Round): Promise<void> {
  const { typist, sessions, now, current, wait } = deps;
  const { to } = next.message;
  const session = sessions.find(to);
  if (session?.exit) return leave(deps, next, 'The program of its session has ended.');
  try {
    const { provider, spawnId } = await typist.look(to);
    const kept = current(next);
    if (!kept || kept.message.expiresAt <= now()) return;
    // It would run it.
    if (provider === 'shell') leaveToShell(deps, kept, session);
    else await typist.inject(request(kept, spawnId, now()));
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    const kept = current(next);
    if (passing.has(error.kind)) wait(to);
    else if (kept) leave(deps, kept, error.message);
  }
}

/** What became of it so far. False while the injection goes on. */
export function take(receipt: Receipt, before: Kept, deps: AttemptDeps & Round): boolean {
  const { typist, now, current, save, wait, next } = deps;
  const kept = current(before);
  if (!kept) {
    // Read elsewhere while it was handed over.
    if (receipt.state === 'queued') typist.cancel(before.userId, receipt.id);
    return true;
  }
  const after = received(kept, receipt, now());
  if (after !== kept) save(after);
  if (after.typing && after.attempt === kept.attempt) return false;
  if (after.typing && isBusy(receipt.code)) wait(kept.message.to);
  else next(kept.message.to);
  return true;
}

const passing: ReadonlySet<string> = new Set(['Unavailable', 'Overloaded', 'RateLimited', 'Timeout', 'Cancelled']);

function leave({ save, next }: Round, kept: Kept, reason: string): void {
  save(left(kept, reason));
  next(kept.message.to);
}

function leaveToShell(round: Round, kept: Kept, session: Session | undefined): void {
  const agent = session?.agentProvider ?? 'none';
  // The agent it was made for is started in it, or started again.
  if (agent !== 'none') round.wait(kept.message.to);
  else leave(round, kept, 'A shell runs in its session, and nothing is typed into that. Whoever works there reads it.');
}

const INJECTION_MS = { least: 1000, most: 86_400_000 };

function request(kept: Kept, spawnId: string, now: number): Injected {
  const { to, expiresAt, id } = kept.message;
  const ttlMs = Math.min(Math.max(expiresAt - now, INJECTION_MS.least), INJECTION_MS.most);
  const what = { user: kept.userId, sessionId: to, text: framed(kept.message), reason: `message ${id}` };
  return { ...what, mode: 'whenIdle', submit: true, expect: { spawnId }, ttlMs, idempotencyKey: keyOf(kept) };
}
