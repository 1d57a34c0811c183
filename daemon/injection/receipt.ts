/** What becomes of an injection: its steps, each with what was seen, and no way back. Pure. */
import type { AgentState, Receipt, ReceiptState } from '#protocol';

/** One injection, as it is kept. */
export interface Injection {
  readonly userId: string;
  readonly key: string | null;
  readonly receipt: Receipt;
  /** What is still to be typed; null once that began, or will never be. */
  readonly waiting: Waiting | null;
}

export type Mode = 'now' | 'whenIdle' | 'queue';

export interface Waiting {
  /** As it is to be typed. */
  readonly text: string;
  readonly mode: Mode;
  readonly expect: Expect;
  readonly why: string | null;
  /** Of whoever asked; for the audit. */
  readonly tokenId: string | null;
  readonly connection: string | null;
}

export interface Expect {
  readonly spawnId?: string | undefined;
  readonly states?: readonly AgentState[] | undefined;
}

/** Why it goes no further, for programs and for people. */
export interface Reason {
  readonly code: string;
  readonly reason: string;
}

export const LATE: Reason = { code: 'EXPIRED', reason: 'It waited longer than it may.' };

/** From each state, those it may go on to. */
const steps: Readonly<Record<ReceiptState, readonly ReceiptState[]>> = {
  queued: ['typed', 'refused', 'expired', 'indeterminate'],
  typed: ['submitted', 'indeterminate'],
  submitted: ['turnStarted', 'completed', 'indeterminate'],
  turnStarted: ['completed', 'indeterminate'],
  completed: [],
  refused: [],
  expired: [],
  indeterminate: [],
};

/** Whether nothing more is going to be told of it, as far as anybody can know. */
export function isFinal({ state, submit, reason }: Receipt): boolean {
  return steps[state].length === 0 || (state === 'typed' && !submit) || reason !== null;
}

/** How far the steps have come; what failed has come as far as it ever will. */
export function reaches(receipt: Receipt, wanted: 'queued' | 'submitted' | 'completed'): boolean {
  if (isFinal(receipt) || wanted === 'queued') return true;
  return wanted === 'submitted' && ['submitted', 'turnStarted'].includes(receipt.state);
}

/** The receipt a step further, with what was seen. Throws when there is no such step: that is a bug. */
export function advance(
  receipt: Receipt,
  state: ReceiptState,
  { seen, why, now }: { readonly seen: readonly string[]; readonly why?: Reason | undefined; readonly now: number },
): Receipt {
  if (!steps[receipt.state].includes(state)) throw new Error(`A receipt goes from ${receipt.state} to ${state}.`);
  return note({ ...receipt, state, ...(why && { reason: why.reason, code: why.code }) }, seen, now);
}

const EVIDENCE = 20;

/** The same step, with more that was seen. */
export function note(receipt: Receipt, seen: readonly string[], now: number): Receipt {
  return { ...receipt, evidence: [...receipt.evidence, ...seen].slice(-EVIDENCE), updatedAt: now };
}

/** Of a daemon that ended in the middle: what the next one says of it. Undefined for what is still true. */
export function afterRestart({ receipt, waiting }: Injection, now: number): Receipt | undefined {
  const lost = (reason: string) => ({ code: 'DAEMON_RESTARTED', reason });
  if (isFinal(receipt)) return undefined;
  if (receipt.state === 'queued' && waiting) {
    if (waiting.mode !== 'now') return undefined;
    const why = lost('The daemon ended before anything was typed. Send it again.');
    return advance(receipt, 'refused', { seen: [], why, now });
  }
  if (receipt.state === 'queued' || receipt.state === 'typed') {
    const why = lost('The daemon ended while it was typing. Look at the screen; nothing is typed again.');
    return advance(receipt, 'indeterminate', { seen: [], why, now });
  }
  // What was seen stays true; nobody watched what came of it.
  return { ...receipt, ...lost('The daemon ended before the turn did; nobody saw it end.'), updatedAt: now };
}
