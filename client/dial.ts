/** Streams to the daemon, before anything is said on them: by its socket on this machine. */
import { createConnection } from 'node:net';
import type { Duplex } from 'node:stream';
import { RpcError } from '#protocol/errors';
import { SOCKET_PATH_BYTES } from '#protocol/paths';

/**
 * Opens a stream to the daemon, whatever lies between. Throws Unavailable (its `data.code` is the system's, such as
 * ECONNREFUSED) or, once the signal is aborted, Cancelled. A stream that breaks with an RpcError tells why nobody answers.
 */
export type Dial = (signal?: AbortSignal) => Promise<Duplex>;

export function dialSocket(path: string): Dial {
  return async (signal) => {
    if (Buffer.byteLength(path) > SOCKET_PATH_BYTES) {
      throw new RpcError('Unavailable', `The socket path ${path} is longer than ${SOCKET_PATH_BYTES} bytes.`, {
        code: 'ENAMETOOLONG',
      });
    }
    if (signal?.aborted) throw unwanted();
    return open(path, signal);
  };
}

function open(path: string, signal: AbortSignal | undefined): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path });
    const abort = () => socket.destroy(unwanted());
    const done = () => {
      signal?.removeEventListener('abort', abort);
      socket.removeAllListeners('error');
    };
    signal?.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => {
      done();
      resolve(socket);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      done();
      const { code = 'CONNECTION_LOST' } = error;
      reject(
        error instanceof RpcError ? error : new RpcError('Unavailable', `No daemon answers at ${path}.`, { code }),
      );
    });
  });
}

export function unwanted(): RpcError {
  return new RpcError('Cancelled', 'The connection was not wanted any more.');
}
