/** One connection for many users: opened at the first use, and anew once it is gone. */
import { RpcError } from '#protocol/errors';
import type { Client } from './index.js';

export interface Shared<How extends unknown[]> {
  /** The connection that stands or is being opened, else `open(...how)`. Throws what opening throws. */
  client(...how: How): Promise<Client>;
  /** Closes the connection, also one still being opened; there is no other. Twice is harmless. */
  close(): void;
}

export function createShared<How extends unknown[]>(open: (...how: How) => Promise<Client>): Shared<How> {
  let current: Promise<Client> | undefined;
  let closed = false;
  const forget = (gone: Promise<Client>) => {
    if (current === gone) current = undefined;
  };
  return {
    client(...how) {
      if (closed) return Promise.reject(new RpcError('Cancelled', 'The connection was closed on our side.'));
      if (current) return current;
      const opening = open(...how);
      current = opening;
      opening.then(
        (client) => {
          client.onClose(() => forget(opening));
          if (closed) client.close();
        },
        () => forget(opening),
      );
      return opening;
    },
    close() {
      closed = true;
      // One that never opened has told its users why.
      current?.then((client) => client.close()).catch(() => {});
    },
  };
}
