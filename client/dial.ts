/** Streams to the daemon, before anything is said on them: by its socket on this machine. */
import { createConnection } from 'node:net';
import type { Duplex } from 'node:stream';
import { RpcError } from '#protocol/errors';
import { SOCKET_PATH_BYTES } from '#protocol/paths';
import { failure } from './failure.js';

/**
 * Opens a stream to the daemon, whatever lies between. Throws Unavailable (its `data.code` is the system's, such as
 * ECONNREFUSED) or, once the signal is aborted, Cancelled. A stream that breaks with an RpcError tells why nobody answers.
 */
export type Dial = (signal?: AbortSignal) => Promise<Duplex>;

export function dialSocket(path: string): Dial {
  return async (signal) => {
    if (Buffer.byteLength(path) > SOCKET_PATH_BYTES) {
      const cause = `The socket path ${path} is longer than ${SOCKET_PATH_BYTES} bytes.`;
      throw failure('Unavailable', cause, 'Set REMOTE_DEV_DIR to a shorter path.', 'ENAMETOOLONG');
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
      reject(error instanceof RpcError ? error : unanswered(path, error));
    });
  });
}

function unanswered(path: string, { code = 'CONNECTION_LOST' }: NodeJS.ErrnoException): RpcError {
  if (code === 'EACCES' || code === 'EPERM') {
    const cure = 'Set REMOTE_DEV_DIR to a folder of your own; `rdv doctor` tells whose this one is.';
    return failure('Unavailable', `You may not reach ${path}.`, cure, code);
  }
  if (code === 'ENOTDIR') {
    const cure = 'Move that file away, or set REMOTE_DEV_DIR to a folder.';
    return failure('Unavailable', `Not a folder but a file stands on the way to ${path}.`, cure, code);
  }
  return new RpcError('Unavailable', `No daemon answers at ${path}.`, { code });
}

export function unwanted(): RpcError {
  return new RpcError('Cancelled', 'The connection was not wanted any more.');
}
