/** How the webhook is signed, so that its receiver knows that a notification is ours, and of now. */
import { createHmac } from 'node:crypto';

/** The value of `X-RDV-Signature`: over the time, in Unix seconds, a full stop, and the body as it is sent. */
export function signatureOf(body: string, key: string, seconds: number): string {
  const digest = createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${digest}`;
}
