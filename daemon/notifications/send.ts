/** Sends a notification to the webhook once, signed, and tells whether another try may have more luck. */
import { RpcError } from '#protocol';
import type { Kept } from './notice.js';
import { post } from './request.js';
import { signatureOf } from './signature.js';
import { targetOf } from './target.js';

export interface SendDeps {
  /** Empty for none. */
  readonly url: () => string;
  /** The key, made when there is none. Throws RpcError when it can be neither read nor made. */
  readonly secret: () => string;
  readonly now: () => number;
  readonly timeoutMs: number;
}

/** `again` when another try may have more luck. */
export type Outcome =
  | { readonly ok: true; readonly status: number }
  | { readonly ok: false; readonly reason: string; readonly again: boolean };

export type Send = (kept: Kept, signal: AbortSignal) => Promise<Outcome>;

export function createSend(deps: SendDeps): Send {
  return async (kept, signal) => {
    const target = targetOf(deps.url());
    if ('refusal' in target) return { ok: false, reason: target.refusal, again: false };
    const { url } = target;
    const late = AbortSignal.timeout(deps.timeoutMs);
    try {
      const body = JSON.stringify(bodyOf(kept));
      const headers = headersOf(body, { id: deliveryOf(kept), key: deps.secret(), now: deps.now() });
      const status = await post({ url, headers, body, signal: AbortSignal.any([signal, late]) });
      return outcomeOf(status, url.host);
    } catch (error) {
      if (late.aborted)
        return { ok: false, reason: `${url.host} did not answer within ${deps.timeoutMs} ms.`, again: true };
      return { ok: false, reason: reasonOf(error, url.host), again: true };
    }
  };
}

/** The same for each try of one telling, and another one when it is news again. */
const deliveryOf = ({ notice, told }: Kept) => `${notice.id}-${told}`;

function bodyOf(kept: Kept): object {
  return { id: deliveryOf(kept), type: 'notification', user: kept.userId, notification: kept.notice };
}

function headersOf(body: string, { id, key, now }: { id: string; key: string; now: number }): Record<string, string> {
  const signature = signatureOf(body, key, Math.floor(now / 1000));
  const what = { 'Content-Type': 'application/json', 'User-Agent': 'rdv' };
  return { ...what, 'X-RDV-Delivery': id, 'X-RDV-Signature': signature };
}

function outcomeOf(status: number, host: string): Outcome {
  if (status >= 200 && status < 300) return { ok: true, status };
  if (status >= 300 && status < 400)
    return { ok: false, reason: `${host} sends elsewhere (${status}), and that is not followed.`, again: false };
  const again = status >= 500 || [408, 425, 429].includes(status);
  return { ok: false, reason: `${host} answered with ${status}.`, again };
}

function reasonOf(error: unknown, host: string): string {
  // There is no key to sign with.
  if (error instanceof RpcError) return error.message;
  const { code, name } = error as NodeJS.ErrnoException;
  // Its message may hold the URL, and that may be a secret.
  return `${host} cannot be reached: ${code ?? name}.`;
}
