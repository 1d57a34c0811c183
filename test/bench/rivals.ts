/** Rivals in processes of their own: a raw echo, a fixed answer, fastify; and a second client that pings. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Sample, sampleOf } from './measure.js';
import { dial, openWire } from './wire.js';

export interface Rival {
  /** One request and its whole answer. */
  call(): Promise<void>;
  close(): Promise<void>;
}

/** Sends so many bytes and waits until so many came back. */
export async function rawRival(path: string, sent: number, answered = sent): Promise<Rival> {
  const child = await start('raw', path, String(sent), String(answered));
  return exchange(child, path, Buffer.alloc(sent, 'x'), (got) => got >= answered);
}

export interface WebRival extends Rival {
  /** The same through Node's own HTTP client, as programs do it. */
  callByHttp(): Promise<void>;
}

/**
 * `GET /ping` over keep-alive, answered with a small JSON object as `daemon/ping` is. `call` takes the bytes for what
 * they must be and parses nothing.
 */
export async function fastifyRival(path: string): Promise<WebRival> {
  const child = await start('fastify', path);
  const request = Buffer.from('GET /ping HTTP/1.1\r\nHost: x\r\n\r\n');
  const lean = await exchange(child, path, request, (_, last) => last.at(-1) === 0x7d);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    call: lean.call,
    async callByHttp() {
      const [response] = await once(get({ socketPath: path, path: '/ping', agent }), 'response');
      const chunks: Buffer[] = await response.toArray();
      JSON.parse(Buffer.concat(chunks).toString());
    },
    async close() {
      agent.destroy();
      await lean.close();
    },
  };
}

/** `GET /api/sessions` on a socket and on a port of 127.0.0.1, answered with what the file holds. */
export async function fastifyListRival(path: string, port: number, file: string): Promise<{ close(): Promise<void> }> {
  const child = await start('fastifyList', path, String(port), file);
  return { close: () => stop(child) };
}

async function exchange(
  child: ChildProcess,
  path: string,
  request: Buffer,
  whole: (got: number, last: Buffer) => boolean,
): Promise<Rival> {
  const socket = await dial(path);
  let got = 0;
  let done: () => void = () => {};
  socket.on('data', (chunk: Buffer) => {
    got += chunk.length;
    if (whole(got, chunk)) done();
  });
  return {
    call: () =>
      new Promise((resolve) => {
        got = 0;
        done = resolve;
        socket.write(request);
      }),
    async close() {
      socket.destroy();
      await stop(child);
    },
  };
}

export interface Pings extends Sample {
  readonly pings: number;
}

/**
 * Pings each few milliseconds from another process: the daemon of a data folder, or a raw echo of its own when there is
 * none. Tells how long they took at the end.
 */
export async function startPinger(home = ''): Promise<{ end(): Promise<Pings> }> {
  const path = join(tmpdir(), `rdv-raw-${process.pid}.sock`);
  const raw = home ? undefined : await start('raw', path, '90', '90');
  const child = await (home ? start('ping', home) : start('pingRaw', path));
  return {
    async end() {
      child.send('end');
      const [told] = await once(child, 'message');
      await stop(child);
      if (raw) await stop(raw);
      rmSync(path, { force: true });
      return told;
    },
  };
}

async function start(...args: string[]): Promise<ChildProcess> {
  const child = fork(fileURLToPath(import.meta.url), args);
  await once(child, 'message');
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

const roles: Record<string, (...args: string[]) => Promise<void>> = {
  async raw(path, sent, answered) {
    const answer = Buffer.alloc(Number(answered), 'x');
    const server = createServer((socket) => {
      let got = 0;
      socket.on('data', (chunk) => {
        got += chunk.length;
        if (got < Number(sent)) return;
        got = 0;
        socket.write(answer);
      });
    });
    await once(server.listen(path), 'listening');
  },
  async fastify(path) {
    const { default: fastify } = await import('fastify');
    const app = fastify();
    app.get('/ping', async () => ({ at: Date.now() }));
    await app.listen({ path: path! });
  },
  /** Answers every GET with a list of objects that it holds, as JSON made anew each time. */
  async fastifyList(path, port, file) {
    const { default: fastify } = await import('fastify');
    const held = JSON.parse(readFileSync(file!, 'utf8'));
    const serve = async (at: { path: string } | { host: string; port: number }) => {
      const app = fastify();
      app.get('/api/sessions', async () => held);
      await app.listen(at);
    };
    await serve({ path: path! });
    await serve({ host: '127.0.0.1', port: Number(port) });
  },
  async ping(home) {
    const wire = await openWire(home!);
    pingUntilTold(() => wire.call('daemon/ping', {}));
  },
  async pingRaw(path) {
    const socket = await dial(path!);
    pingUntilTold(async () => {
      socket.write(Buffer.alloc(90));
      await once(socket, 'data');
    });
  },
};

/** One after another, with rests, so that a slow one is one slow one. */
function pingUntilTold(ping: () => Promise<unknown>): void {
  const times: number[] = [];
  let ended = false;
  process.once('message', () => {
    ended = true;
    process.send!({ ...sampleOf(times), pings: times.length });
  });
  void (async () => {
    while (!ended) {
      const started = performance.now();
      await ping();
      times.push(performance.now() - started);
      await setTimeout(5);
    }
  })();
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.send) {
  const [role = '', ...args] = process.argv.slice(2);
  await roles[role]!(...args);
  process.send('ready');
}
