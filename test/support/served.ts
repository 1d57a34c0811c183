/** An HTTP server of the bridge alone, with an endpoint of the test's own, and a client of raw bytes for it. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Endpoint } from '../../bridge-http/http/exchange.js';
import { createHttpServer, type HttpLimits, type LogEntry } from '../../bridge-http/http/server.js';
import { folderFor } from './whole.js';

export interface Served {
  readonly path: string;
  readonly logged: LogEntry[];
  /** Sends bytes and reads until the server ends the connection. */
  exchange(bytes: Buffer | string): Promise<string>;
  /** A connection, its errors ignored. */
  open(): Promise<Socket>;
  /** How many are connected. */
  count(): Promise<number>;
}

export async function served(t: TestContext, endpoint: Endpoint, limits: Partial<HttpLimits> = {}): Promise<Served> {
  const logged: LogEntry[] = [];
  const upgrade = () => Promise.reject(new Error('a bug in an upgrade'));
  const server = createHttpServer({ endpoint, upgrade, limits, log: (entry) => void logged.push(entry) });
  const path = join(folderFor(t), 's');
  server.listen(path);
  await once(server, 'listening');
  const sockets = new Set<Socket>();
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  const open = async () => {
    const socket = connect({ path, allowHalfOpen: true });
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    await once(socket, 'connect');
    return socket;
  };
  return {
    path,
    logged,
    open,
    async exchange(bytes) {
      const socket = await open();
      socket.write(bytes);
      const text = await readAll(socket);
      socket.destroy();
      return text;
    },
    count: () => new Promise((resolve) => server.getConnections((_, count) => resolve(count))),
  };
}

/** All that comes until the other side ends, or the connection breaks. */
export async function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (data) => (text += data));
  await Promise.race([once(socket, 'end'), once(socket, 'close')]).catch(() => {});
  return text;
}

/** The answers in what was read: status and body, which must be JSON. */
export function answersIn(text: string): { status: number; body: any }[] {
  const answers = [];
  for (let rest = text; rest !== ''; ) {
    const [, head, status] = /^(HTTP\/1\.1 (\d{3}) .*?\r\n\r\n)/s.exec(rest) ?? [];
    if (!head) throw new Error(`This is no answer: ${rest.slice(0, 200)}`);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
    const body = Buffer.from(rest.slice(head.length)).subarray(0, length).toString();
    answers.push({ status: Number(status), body: JSON.parse(body) });
    rest = rest.slice(head.length + body.length);
  }
  return answers;
}
