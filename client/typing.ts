/** Typed bytes on their way to the daemon: in order, one call at a time, merged while one is under way. */
import { stream } from '#protocol/terminals';

interface Waiting {
  readonly data: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** One call at a time keeps the order and stays far below the requests a connection may have in flight. */
export function createTyping(send: (base64: string) => Promise<unknown>) {
  const waiting: Waiting[] = [];
  let unsentBytes = 0;
  let busy = false;

  const drain = async () => {
    if (busy) return;
    busy = true;
    for (let batch = waiting.splice(0); batch.length > 0; batch = waiting.splice(0)) {
      await sendBatch(batch);
      unsentBytes -= size(batch);
    }
    busy = false;
  };

  const sendBatch = async (batch: Waiting[]) => {
    const all = Buffer.concat(batch.map(({ data }) => data));
    try {
      for (let at = 0; at < all.length; at += stream.inputBytes) {
        await send(all.subarray(at, at + stream.inputBytes).toString('base64'));
      }
      for (const { resolve } of batch) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };

  return {
    get unsentBytes() {
      return unsentBytes;
    },
    write(data: Uint8Array | string): Promise<void> {
      const bytes = typeof data === 'string' ? Buffer.from(data) : data;
      unsentBytes += bytes.length;
      return new Promise((resolve, reject) => {
        waiting.push({ data: bytes, resolve, reject });
        void drain();
      });
    },
  };
}

const size = (batch: readonly Waiting[]) => batch.reduce((sum, { data }) => sum + data.length, 0);
