/** One who types for machines, as far as its callers can tell: receipts by key that outlive it, and steps when a test says so. */
import { randomUUID } from 'node:crypto';
import type { Receipt } from '#protocol';
import type { Injected, Typist } from '../../daemon/messages/attempt.js';

type Written = Map<string, { readonly request: Injected; receipt: Receipt }>;

/** `written` is what stands in its database; hand it on to one that comes after a restart. */
export function createFakeTypist(now: () => number, written: Written = new Map()) {
  const programs = new Map<string, { provider: string; spawnId: string } | Error>();
  let told: (receipt: Receipt) => void = () => {};
  let failure: Error | undefined;
  let fall: (() => void) | undefined;
  const typist: Typist = {
    async look(sessionId) {
      await Promise.resolve();
      const program = programs.get(sessionId) ?? { provider: 'claude', spawnId: 's1' };
      if (program instanceof Error) throw program;
      return program;
    },
    async inject(request) {
      await Promise.resolve();
      if (failure) throw failure;
      const known = written.get(request.idempotencyKey);
      if (known) return known.receipt;
      const receipt = {
        id: randomUUID(),
        sessionId: request.sessionId,
        state: 'queued',
        reason: null,
        code: null,
      } as Receipt;
      written.set(request.idempotencyKey, { request, receipt });
      fall?.();
      return receipt;
    },
    find: (_user, key) => written.get(key)?.receipt,
    cancel(_user, id) {
      for (const one of written.values())
        if (one.receipt.id === id)
          one.receipt = { ...one.receipt, state: 'refused', code: 'CANCELLED', reason: 'It was taken back.' };
    },
  };
  return {
    typist,
    written,
    programs,
    hear: (listener: (receipt: Receipt) => void) => void (told = listener),
    fail: (error: Error | undefined) => void (failure = error),
    /** Called once an injection is written down, before its caller knows. */
    atWritten: (effect: (() => void) | undefined) => void (fall = effect),
    /** The texts, in order, that reached the state of a prompt sent off. */
    texts: () => [...written.values()].map(({ request }) => request.text),
    states: () => [...written.values()].map(({ receipt }) => receipt.state),
    /** The newest injection comes so far. */
    step(state: Receipt['state'], more: Partial<Receipt> = {}) {
      const last = [...written.values()].at(-1)!;
      last.receipt = { ...last.receipt, ...more, state, updatedAt: now() };
      told(last.receipt);
    },
  };
}
