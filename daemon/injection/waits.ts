/** Those who wait for a receipt to come so far. */
import { type Receipt, RpcError } from '#protocol';
import { reaches } from './receipt.js';

export type Until = 'queued' | 'submitted' | 'completed';

export function createWaits() {
  const waits = new Map<string, Set<(receipt: Receipt) => void>>();
  return {
    changed(receipt: Receipt): void {
      for (const look of [...(waits.get(receipt.id) ?? [])]) look(receipt);
    },
    reach(now: Receipt, wanted: Until, signal: AbortSignal): Promise<Receipt> {
      return new Promise((resolve, reject) => {
        const leave = () => {
          const others = waits.get(now.id);
          others?.delete(look);
          if (others?.size === 0) waits.delete(now.id);
          signal.removeEventListener('abort', stop);
        };
        const stop = () => {
          leave();
          reject(new RpcError('Cancelled', 'Nobody waits for the receipt any more; injection/get tells of it.'));
        };
        const look = (receipt: Receipt) => {
          if (!reaches(receipt, wanted)) return;
          leave();
          resolve(receipt);
        };
        waits.set(now.id, (waits.get(now.id) ?? new Set()).add(look));
        signal.addEventListener('abort', stop, { once: true });
        if (signal.aborted) stop();
        else look(now);
      });
    },
  };
}
