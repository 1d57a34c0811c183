/** A daemon that says what a test tells it to: real frames over a real socket, scripted answers. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDecoder, frame } from '#protocol/frames';
import { pathsIn } from '#protocol/paths';

export interface Heard {
  readonly id?: number;
  readonly method: string;
  readonly params: any;
}

/** Returned or thrown by an answer: `{ error }` for a failure, undefined for no answer at all. */
type Answer = (params: any, stub: StubDaemon) => unknown;

export interface StubDaemon {
  readonly home: string;
  readonly socketPath: string;
  readonly token: string;
  /** Everything heard, in order. */
  readonly heard: Heard[];
  /** Resolves with the first message of this method, also one heard before. */
  heardOf(method: string, count?: number): Promise<Heard[]>;
  /** Sends a notification to every connection. */
  tell(method: string, params: object): void;
  /** Sends raw bytes to every connection. */
  raw(bytes: string): void;
  /** Ends every connection. */
  hangUp(): void;
  stop(): Promise<void>;
}

/** What it answers to `initialize`. */
export const login = () => ({
  serverInfo: { name: 'stub', version: '0' },
  protocolVersion: 1,
  capabilities: {},
  user: 'ann',
  scopes: ['service'],
  connectionId: 'c1',
});

export async function startStub(answers: Readonly<Record<string, Answer>> = {}): Promise<StubDaemon> {
  const home = mkdtempSync(join(tmpdir(), 'rdv-stub-'));
  const sockets = new Set<Socket>();
  const heard: Heard[] = [];
  const waiting = new Set<() => void>();
  const all: Record<string, Answer> = { initialize: login, ...answers };
  const socketPath = join(home, 'api.sock');
  writeFileSync(pathsIn(home).cliToken, 'secret\n');

  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    socket.once('close', () => sockets.delete(socket));
    const decoder = createDecoder({ headerBytes: 1024, bodyBytes: 64 * 1024 * 1024 });
    socket.on('data', async (chunk) => {
      for (const event of decoder.push(chunk)) {
        if (event.kind === 'error') throw event.error;
        await hear(socket, JSON.parse(event.body.toString()));
      }
    });
  });

  async function hear(socket: Socket, message: Heard): Promise<void> {
    heard.push(message);
    for (const check of waiting) check();
    const answer = await all[message.method]?.(message.params, stub);
    if (message.id === undefined || answer === undefined) return;
    const body = (answer as { error?: object }).error ? (answer as object) : { result: answer };
    socket.write(frame({ jsonrpc: '2.0', id: message.id, ...body }));
  }

  const stub: StubDaemon = {
    home,
    socketPath,
    token: 'secret',
    heard,
    heardOf: (method, count = 1) =>
      new Promise((resolve) => {
        const check = () => {
          const found = heard.filter((message) => message.method === method);
          if (found.length < count) return;
          waiting.delete(check);
          resolve(found);
        };
        waiting.add(check);
        check();
      }),
    tell: (method, params) => stub.raw(frame({ jsonrpc: '2.0', method, params }).toString()),
    raw: (bytes) => {
      for (const socket of sockets) socket.write(bytes);
    },
    hangUp: () => {
      for (const socket of sockets) socket.destroy();
    },
    async stop() {
      stub.hangUp();
      const closed = once(server, 'close');
      server.close();
      await closed;
      rmSync(home, { recursive: true });
    },
  };
  server.listen(socketPath);
  await once(server, 'listening');
  return stub;
}
