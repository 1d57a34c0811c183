/** How many requests of one client may be under way: a bound on what a client gone wild can have running and waiting. */
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { isJSONRPCNotification, isJSONRPCRequest, type RequestId } from '@modelcontextprotocol/sdk/types.js';

/** And then? Refused, until one of them has its answer. */
const MOST = 32;
const BUSY = -32000;
export const INVALID_REQUEST = -32600;
export const UNDER_WAY = 'A request with this id is under way.';
const CANCELLED = -32800;

export interface LimitOptions {
  /** Where each request has a stream that ends with its answer, a cancelled one is answered too: else the stream stays. */
  readonly answersCancelled: boolean;
}

/** For a transport that is connected already. Returns the ids of the requests under way. */
export function limitRequests(transport: Transport, { answersCancelled }: LimitOptions): ReadonlySet<RequestId> {
  const open = new Set<RequestId>();
  const { onmessage: take } = transport;
  const send = transport.send.bind(transport);
  const refuse = (id: RequestId, code: number, message: string) =>
    // Whoever went away needs no answer.
    void send({ jsonrpc: '2.0', id, error: { code, message } }).catch(() => {});
  transport.send = (message, options) => {
    if (!('method' in message) && message.id !== undefined) open.delete(message.id);
    return send(message, options);
  };
  transport.onmessage = (message, extra) => {
    if (isJSONRPCRequest(message)) {
      if (open.has(message.id)) return refuse(message.id, INVALID_REQUEST, UNDER_WAY);
      if (open.size >= MOST) return refuse(message.id, BUSY, `${MOST} requests are under way. Wait for one of them.`);
      open.add(message.id);
    }
    take?.(message, extra);
    if (!isJSONRPCNotification(message) || message.method !== 'notifications/cancelled') return;
    const { requestId } = (message.params ?? {}) as { requestId?: RequestId };
    if (requestId === undefined || !open.delete(requestId) || !answersCancelled) return;
    refuse(requestId, CANCELLED, 'The request was cancelled.');
  };
  return open;
}
