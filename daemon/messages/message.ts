/** What becomes of a message: typed, read, too old, or left for its receiver to find. Pure. */
import type { Message, Receipt } from '#protocol';

/** One message, as it is kept. */
export interface Kept {
  readonly userId: string;
  readonly message: Message;
  /** It is still to be typed. */
  readonly typing: boolean;
  /** How often that came to nothing. Each attempt is an injection with a key of its own. */
  readonly attempt: number;
}

/** By which an injection is found again: of one attempt there is never a second one. */
export function keyOf({ message, attempt }: Kept): string {
  return attempt === 0 ? `message ${message.id}` : `message ${message.id} ${attempt}`;
}

/** What a receipt means to the message. The same when there is nothing new in it. */
export function received(kept: Kept, receipt: Receipt, now: number): Kept {
  const { message } = kept;
  const known: Message = { ...message, receiptId: receipt.id };
  switch (receipt.state) {
    case 'queued':
    case 'typed':
      return message.receiptId === receipt.id ? kept : { ...kept, message: known };
    case 'submitted':
    case 'turnStarted':
    case 'completed':
      return { ...kept, typing: false, message: { ...known, state: 'delivered', deliveredAt: now } };
    case 'indeterminate':
      return left({ ...kept, message: known }, `Whether it was typed cannot be said. ${receipt.reason ?? ''}`.trim());
    case 'refused':
    case 'expired':
      if (now >= message.expiresAt) return expired({ ...kept, message: known });
      // Nothing of it was typed.
      if (receipt.state === 'expired' || isPassing(receipt))
        return { ...kept, attempt: kept.attempt + 1, message: { ...message, receiptId: null } };
      return left({ ...kept, message: known }, receipt.reason ?? 'It was refused.');
  }
}

/** For whoever works in the session, as soon as that can be. */
const isPassing = ({ code }: Receipt) => code === 'SPAWN_CHANGED' || isBusy(code);

/** Where another try at once would end the same. */
export const isBusy = (code: string | null): boolean => code === 'QUEUE_FULL' || code === 'SESSION_SUSPENDED';

/** It stays where its receiver finds it, and is not typed any more. */
export function left(kept: Kept, reason: string): Kept {
  return { ...kept, typing: false, message: { ...kept.message, deliver: 'inbox', reason } };
}

export function expired(kept: Kept, reason: string | null = null): Kept {
  return { ...kept, typing: false, message: { ...kept.message, state: 'expired', reason } };
}

/** What has expired stays so: nobody has read it in time. */
export function acknowledged(kept: Kept, now: number): Kept {
  if (kept.message.state === 'expired') return kept;
  return { ...kept, typing: false, message: { ...kept.message, state: 'acknowledged', acknowledgedAt: now } };
}
