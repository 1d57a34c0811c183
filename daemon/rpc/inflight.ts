/** The unfinished requests of one connection: their ids, how they are cancelled, and how many there may be. */

import type { AbstractCancellationTokenSource, CancellationToken, Event } from 'vscode-jsonrpc/node';
import { RpcError } from '#protocol';
import type { Id } from './guard.js';

/** One admitted request. It is vscode-jsonrpc's source and token in one, so that a handler's token leads back to its request. */
export class Running implements AbstractCancellationTokenSource, CancellationToken {
  readonly token = this;
  isCancellationRequested = false;
  /** Answered; nothing more may be sent about it. */
  done = false;
  /** Called at once on cancel; set by whoever waits for the handler. */
  onCancel: (() => void) | undefined;
  private controller: AbortController | undefined;

  constructor(readonly id: Id) {}

  /** Made when first asked for: most requests end before anyone looks. */
  get signal(): AbortSignal {
    if (!this.controller) {
      this.controller = new AbortController();
      if (this.isCancellationRequested) this.controller.abort(cancelled());
    }
    return this.controller.signal;
  }

  cancel(): void {
    if (this.isCancellationRequested) return;
    this.isCancellationRequested = true;
    this.onCancel?.();
    this.controller?.abort(cancelled());
  }

  /** The library's own event is not used: it never fires for a cancel that came with its request. */
  readonly onCancellationRequested: Event<unknown> = () => ({ dispose() {} });

  dispose(): void {}
}

export interface InFlight {
  /** Throws InvalidRequest for an id that is not answered yet, Overloaded when too many handlers run. */
  admit(id: Id): Running;
  /** The unanswered request of exactly this id; ids come from clients and may be anything. */
  find(id: unknown): Running | undefined;
  /** The request has its answer: its id may be used again. */
  answered(request: Running): void;
  /** The handler has settled, which may be long after a cancelled request was answered: its place is free again. */
  settled(): void;
  cancelAll(): void;
  /** Requests without an answer. */
  readonly unanswered: number;
  /** Called each time `unanswered` falls to zero. */
  onIdle: (() => void) | undefined;
}

/** Counts handlers, not answers, against the limit: else a cancel after each request would let any number of them run. */
export function createInFlight(limit: number): InFlight {
  /** By text, because vscode-jsonrpc takes 1 and "1" for the same request while it is queued. */
  const requests = new Map<string, Running>();
  let handlers = 0;
  // Made once: in a flood, taking a stack for each refusal would be most of the work.
  const full = new RpcError('Overloaded', `${limit} requests are running on this connection.`, {
    retryAfterMs: 50,
    details: { limit },
  });
  return {
    onIdle: undefined,
    admit(id) {
      const key = String(id);
      if (requests.has(key))
        throw new RpcError('InvalidRequest', 'Expected `id` to be new; that request is not answered yet.');
      if (handlers >= limit) throw full;
      const request = new Running(id);
      requests.set(key, request);
      handlers++;
      return request;
    },
    find(id) {
      if (typeof id !== 'string' && typeof id !== 'number') return undefined;
      const request = requests.get(String(id));
      return request?.id === id ? request : undefined;
    },
    answered(request) {
      request.done = true;
      requests.delete(String(request.id));
      if (requests.size === 0) this.onIdle?.();
    },
    settled() {
      handlers--;
    },
    cancelAll() {
      for (const request of [...requests.values()]) request.cancel();
    },
    get unanswered() {
      return requests.size;
    },
  };
}

export function cancelled(): RpcError {
  return new RpcError('Cancelled', 'Cancelled by the caller.');
}
