/** Typed bytes on their way to the daemon: in order, one call at a time, merged while one is under way. */
import { stream } from '#protocol/terminals';

interface Waiting {
  readonly data: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One call at a time keeps the order and stays far below the requests a connection may have in flight. `send` gets at
 * most `stream.inputBytes` bytes; when it fails, the writes it carried bytes of fail, and no others.
 */
export function createTyping(send: (bytes: Uint8Array) => Promise<unknown>) {
  const waiting: Waiting[] = [];
  let unsentBytes = 0;
  let busy = false;

  const drain = async () => {
    if (busy) return;
    busy = true;
    for (let batch = nextOf(waiting); batch.length > 0; batch = nextOf(waiting)) {
      const failure = await sendAll(Buffer.concat(batch.map(({ data }) => data)));
      unsentBytes -= size(batch);
      for (const { resolve, reject } of batch) failure ? reject(failure.error) : resolve();
    }
    busy = false;
  };

  const sendAll = async (all: Buffer): Promise<{ error: unknown } | undefined> => {
    try {
      for (let at = 0; at < all.length; at += stream.inputBytes) await send(all.subarray(at, at + stream.inputBytes));
      return undefined;
    } catch (error) {
      return { error };
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

/** As many writes as fit into one call, or one that takes several. */
function nextOf(waiting: Waiting[]): Waiting[] {
  let count = 0;
  for (let total = 0; count < waiting.length; count++) {
    total += waiting[count]!.data.length;
    if (count > 0 && total > stream.inputBytes) break;
  }
  return waiting.splice(0, count);
}

const size = (batch: readonly Waiting[]) => batch.reduce((sum, { data }) => sum + data.length, 0);
