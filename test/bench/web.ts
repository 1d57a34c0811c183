/** The same flood to a WebSocket client through daemon and bridge, against a bare `ws` server over a pty without tmux. */
import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocket, WebSocketServer } from 'ws';
import { connect } from '#client';
import { stream as sizes } from '#protocol';
import { pathsIn } from '#protocol/paths';
import { startDaemon } from '../support/daemon.js';
import { root } from '../support/documents.js';
import { BYTES, FLOOD } from './flood.js';
import { WITHOUT_RATES } from './measure.js';
import { cpuSeconds, descendants } from './proc.js';
import type { Row } from './table.js';

interface Run {
  readonly seconds: number;
  readonly server: number;
  /** Of it. */
  readonly bridge: number;
  readonly skipped: number;
  readonly frames: number;
}

export async function web(): Promise<Row[]> {
  const rival = await bare();
  const ours = await bridged();
  const rate = ({ seconds }: Run) => BYTES / 1e6 / seconds;
  const share = ({ server }: Run) => (server * 100e6) / BYTES;
  return [
    {
      what: 'throughput to a WebSocket, rival a pty over a bare ws server, without tmux',
      unit: 'MB/s',
      ours: rate(ours),
      rival: rate(rival),
    },
    {
      what: 'CPU of the servers per 100 MB (ours: tmux, daemon, bridge)',
      unit: 's',
      ours: share(ours),
      rival: share(rival),
    },
    { what: '  of it the bridge', unit: 's', ours: (ours.bridge * 100e6) / BYTES },
    { what: 'bytes in a frame', unit: '', ours: BYTES / ours.frames, rival: BYTES / rival.frames },
    { what: 'bytes skipped by gaps', unit: 'MB', ours: ours.skipped / 1e6 },
  ];
}

async function bridged(): Promise<Run> {
  const daemon = await startDaemon({ config: WITHOUT_RATES });
  const paths = pathsIn(daemon.home);
  const bridge = spawn(process.execPath, [join(root, 'dist/rdv-bridge.cjs')], {
    env: { ...process.env, REMOTE_DEV_DIR: daemon.home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const client = await connect({ socketPath: daemon.socket, token: daemon.token });
  try {
    await once(bridge.stdout!, 'data');
    const { id } = await client.call('session/create', { command: ['sh', '-c', FLOOD] });
    await client.call('session/wait', { id, until: 'pattern', pattern: 'ready' });
    const { token } = await client.call('session/ticket', { id });
    const url = `ws+unix:${paths.terminalSocket}:/ws/terminal/${id}?token=${token}`;
    const socket = new WebSocket(url, 'rdv.terminal.v2', { perMessageDeflate: false, headers: { host: 'localhost' } });
    await once(socket, 'open');
    const tmux = Number(execFileSync('tmux', ['-L', daemon.tmux, 'display-message', '-p', '#{pid}']));
    const pids = [bridge.pid!, daemon.pid, tmux, ...descendants(daemon.pid)];
    return await second(socket, () => ({ server: cpuSeconds(...pids), bridge: cpuSeconds(bridge.pid!) }));
  } finally {
    client.close();
    await stop(bridge);
    await daemon.stop();
  }
}

/** As a page does: acknowledges what it has. */
function second(socket: WebSocket, used: () => Pick<Run, 'server' | 'bridge'>): Promise<Run> {
  return new Promise((resolve) => {
    let [start, acked, skipped, frames, began] = [0, 0, 0, 0, 0];
    let before = used();
    socket.on('message', (data: Buffer, binary: boolean) => {
      if (!binary) {
        const frame = JSON.parse(data.toString());
        if (frame.type === 'gap') skipped += frame.to - frame.from;
        if (frame.type === 'snapshot') acked = frame.offset;
        if (frame.type !== 'snapshot' || began) return;
        [start, began] = [frame.offset, performance.now()];
        before = used();
        socket.send(Buffer.from('\0\r'));
        return;
      }
      frames++;
      const end = Number(data.readBigUInt64BE(1)) + data.length - 9;
      if (end - acked >= sizes.ackEveryBytes) {
        acked = end;
        socket.send(`{"type":"ack","offset":${end}}`);
      }
      if (end - start < BYTES) return;
      const after = used();
      const spent = { server: after.server - before.server, bridge: after.bridge - before.bridge };
      resolve({ seconds: (performance.now() - began) / 1000, ...spent, skipped, frames });
      socket.close();
    });
    socket.send(JSON.stringify({ type: 'hello', cols: 80, rows: 24, flow: true, mode: 'rw' }));
  });
}

async function bare(): Promise<Run> {
  const server = fork(fileURLToPath(import.meta.url), ['serve']);
  try {
    const [port] = await once(server, 'message');
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
    let [got, frames] = [0, 0];
    let onOutput = (_: Buffer) => {};
    socket.on('message', (data: Buffer) => onOutput(data));
    await new Promise<void>((resolve) => {
      onOutput = (data) => data.includes('ready') && resolve();
    });
    const [began, before] = [performance.now(), cpuSeconds(server.pid!)];
    await new Promise<void>((resolve) => {
      onOutput = (data) => {
        frames++;
        got += data.length;
        if (got >= BYTES) resolve();
      };
      socket.send('\r');
    });
    const run = { seconds: (performance.now() - began) / 1000, server: cpuSeconds(server.pid!) - before };
    socket.close();
    return { ...run, bridge: 0, skipped: 0, frames };
  } finally {
    await stop(server);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** A program in a pty for each WebSocket, held back by what the socket holds. */
async function serve(): Promise<void> {
  const { spawn: open } = await import('node-pty');
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  server.on('connection', (socket) => {
    const pty = open('sh', ['-c', FLOOD], { cols: 80, rows: 24, encoding: null });
    pty.onData((data) => {
      socket.send(data as unknown as Buffer, () => socket.bufferedAmount === 0 && pty.resume());
      if (socket.bufferedAmount > 1024 * 1024) pty.pause();
    });
    socket.on('message', (data: Buffer) => pty.write(data.toString()));
    socket.on('close', () => pty.kill());
  });
  await once(server, 'listening');
  process.send!((server.address() as { port: number }).port);
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.send) await serve();
