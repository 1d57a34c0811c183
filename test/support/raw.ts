/** A client of raw bytes: sends anything, understands only frames. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createDecoder, frame } from '#protocol/frames';

export interface RawClient {
  readonly socket: Socket;
  /** Sends bytes as they are. */
  write(bytes: Buffer | string): void;
  /** Sends messages as frames, in one chunk. */
  send(...messages: unknown[]): void;
  /** Sends a request under a new id and returns its whole answer; other messages stay for `next`. */
  call(method: string, params?: unknown): Promise<any>;
  /** The next message nobody has taken, or the next that fits. Rejects when the connection ends first. */
  next(fits?: (message: any) => boolean): Promise<any>;
  /** Logs in and returns the answer. */
  login(user?: string): Promise<any>;
  /** Resolves when the daemon has ended the connection, or we have. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

interface Waiter {
  fits(message: any): boolean;
  resolve(message: any): void;
  reject(error: Error): void;
}

/** A paused client reads nothing until its socket is resumed. */
export async function connectRaw(path: string): Promise<RawClient> {
  const socket = connect(path);
  await once(socket, 'connect');
  const messages: any[] = [];
  const waiters = new Set<Waiter>();
  const decoder = createDecoder({ headerBytes: 1024, bodyBytes: 64 * 1024 * 1024 });
  let ended = false;
  let nextId = 1000;

  socket.on('data', (chunk) => {
    for (const event of decoder.push(chunk)) {
      if (event.kind === 'error') throw event.error;
      const message = JSON.parse(event.body.toString());
      const waiter = [...waiters].find(({ fits }) => fits(message));
      if (!waiter) messages.push(message);
      else {
        waiters.delete(waiter);
        waiter.resolve(message);
      }
    }
  });
  // A daemon that ends a connection with unread bytes resets it; the tests look at `closed`.
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) =>
    socket.once('close', () => {
      ended = true;
      for (const { reject } of waiters) reject(new Error('The connection ended.'));
      resolve();
    }),
  );

  const client: RawClient = {
    socket,
    closed,
    write: (bytes) => void socket.write(bytes),
    send: (...all) => void socket.write(Buffer.concat(all.map((message) => frame(message)))),
    call(method, params) {
      const id = nextId++;
      client.send({ jsonrpc: '2.0', id, method, ...(params !== undefined && { params }) });
      return client.next((message) => message.id === id);
    },
    next(fits = () => true) {
      const at = messages.findIndex(fits);
      if (at >= 0) return Promise.resolve(messages.splice(at, 1)[0]);
      if (ended) return Promise.reject(new Error('The connection ended.'));
      return new Promise((resolve, reject) => waiters.add({ fits, resolve, reject }));
    },
    login: (user = 'ann') => client.call('initialize', { user, token: 'good' }),
    async close() {
      socket.destroy();
      await closed;
    },
  };
  return client;
}
