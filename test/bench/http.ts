/** `GET /api/sessions` through bridge and daemon, against fastify answering the same list from its own memory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type RequestOptions, request } from 'node:http';
import { connect as dialTo, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect } from '#client';
import { pathsIn } from '#protocol/paths';
import { type Daemon, startDaemon } from '../support/daemon.js';
import { root } from '../support/documents.js';
import { freePort } from '../support/port.js';
import { compete, WITHOUT_RATES } from './measure.js';
import { fastifyListRival } from './rivals.js';
import { type Row, ratioAtMost } from './table.js';

const SESSIONS = 100;
/** Requests on their way at a time, for the rate. */
const AT_ONCE = 8;
const BATCH = 40;

type Where = { readonly path: string } | { readonly host: string; readonly port: number };

export async function http(): Promise<Row[]> {
  const port = await freePort();
  const daemon = await startDaemon({ config: `${WITHOUT_RATES}[bridge]\ntcp = true\nport = ${port}\n` });
  const bridge = await startBridge(daemon);
  const rivalAt = { path: join(daemon.home, 'web.sock'), host: '127.0.0.1', port: await freePort() };
  const paths = pathsIn(daemon.home);
  const token = readFileSync(paths.serviceToken, 'utf8').trim();
  const headers = `Host: localhost\r\nX-RDV-Service-Token: ${token}\r\nX-RDV-User-ID: ann\r\n`;
  try {
    await makeSessions(daemon, token);
    const answer = await settled({ socketPath: paths.bridgeSocket, ...headersOf(token) });
    const file = join(daemon.home, 'list.json');
    writeFileSync(file, answer);
    const rival = await fastifyListRival(rivalAt.path, rivalAt.port, file);
    const rows: Row[] = [];
    for (const [name, ours, theirs] of [
      ['unix socket', { path: paths.bridgeSocket }, { path: rivalAt.path }],
      ['TCP', { host: '127.0.0.1', port }, { host: '127.0.0.1', port: rivalAt.port }],
    ] as const) {
      rows.push(...(await compared(`${name}, ${Math.round(answer.length / 1024)} KiB`, ours, theirs, headers)));
    }
    await rival.close();
    return rows;
  } finally {
    bridge.kill();
    await once(bridge, 'exit');
    await daemon.stop();
  }
}

async function compared(name: string, ours: Where, theirs: Where, headers: string): Promise<Row[]> {
  const [a, b] = await Promise.all([openLines(ours, headers), openLines(theirs, headers)]);
  const one = await compete({ ours: a.one, theirs: b.one }, { rounds: 20, each: 50 });
  const many = await compete({ ours: a.many, theirs: b.many }, { rounds: 20, each: 2 });
  a.close();
  b.close();
  const us = (of: 'p50' | 'p99') => ({ unit: 'us', ours: one.ours[of] * 1000, rival: one.theirs[of] * 1000 });
  const rate = (ms: number) => (BATCH / ms) * 1000;
  return [
    { what: `${name}, p50`, ...us('p50'), goal: ratioAtMost(3) },
    { what: `${name}, p99`, ...us('p99') },
    { what: `${name}, ${AT_ONCE} at a time`, unit: '/s', ours: rate(many.ours.p50), rival: rate(many.theirs.p50) },
  ];
}

/** Kept-alive connections that take answers by their length and parse nothing else. */
async function openLines(where: Where, headers: string) {
  const message = Buffer.from(`GET /api/sessions HTTP/1.1\r\n${headers}\r\n`);
  const lines = await Promise.all(Array.from({ length: AT_ONCE }, () => openLine(where, message)));
  const several = async (ask: () => Promise<void>) => {
    for (let i = 0; i < BATCH / AT_ONCE; i++) await ask();
  };
  return {
    one: lines[0]!.ask,
    many: () => Promise.all(lines.map(({ ask }) => several(ask))),
    close() {
      for (const line of lines) line.socket.destroy();
    },
  };
}

async function openLine(where: Where, message: Buffer): Promise<{ socket: Socket; ask(): Promise<void> }> {
  const socket = dialTo(where);
  await once(socket, 'connect');
  socket.setNoDelay(true);
  let missing = 0;
  let done = () => {};
  socket.on('data', (chunk: Buffer) => {
    if (missing === 0) missing = wholeOf(chunk);
    missing -= chunk.length;
    if (missing === 0) done();
  });
  const ask = () =>
    new Promise<void>((resolve) => {
      done = resolve;
      socket.write(message);
    });
  return { socket, ask };
}

/** Of an answer, by its first piece, which holds all its headers. */
function wholeOf(chunk: Buffer): number {
  const end = chunk.indexOf('\r\n\r\n') + 4;
  const head = chunk.toString('latin1', 0, end);
  if (!head.startsWith('HTTP/1.1 200')) throw new Error(chunk.toString());
  return end + Number(/content-length: (\d+)/i.exec(head)![1]);
}

async function makeSessions({ socket }: Daemon, token: string): Promise<void> {
  const client = await connect({ socketPath: socket, token, user: 'ann' });
  for (let i = 0; i < SESSIONS; i++) await client.call('session/create', { name: `n${i}`, command: ['cat'] });
  client.close();
}

const headersOf = (token: string) => ({
  path: '/api/sessions',
  headers: { host: 'localhost', 'x-rdv-service-token': token, 'x-rdv-user-id': 'ann' },
});

/** The answer, once it has been the same for two seconds: programs that start go on touching their sessions. */
async function settled(options: RequestOptions): Promise<string> {
  for (let last = ''; ; ) {
    const [response] = await once(request(options).end(), 'response');
    const text = Buffer.concat(await response.toArray()).toString();
    if (text === last) return text;
    last = text;
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}

async function startBridge({ home }: Daemon): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(root, 'dist/rdv-bridge.cjs')], {
    env: { ...process.env, REMOTE_DEV_DIR: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(createInterface({ input: child.stdout! }), 'line');
  return child;
}
