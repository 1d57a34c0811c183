/** The same flood by ttyd, which serves a program over a WebSocket without tmux, keeping nothing when its viewer leaves. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { startDaemon } from '../support/daemon.js';
import { BYTES, FLOOD, through } from './flood.js';
import { cpuSeconds } from './proc.js';
import type { Row } from './table.js';

/** Where there is no ttyd, says so instead. */
export async function ttyd(): Promise<Row[] | string> {
  if (spawnSync('ttyd', ['--version']).error)
    return 'skipped: there is no program `ttyd` on the PATH (Debian 12 has none; macOS: brew install ttyd).';
  const rival = await byTtyd();
  const daemon = await startDaemon();
  try {
    const { seconds, cpu } = await through(daemon);
    const rate = (seconds: number) => BYTES / 1e6 / seconds;
    return [
      { what: 'throughput, rival ttyd without tmux', unit: 'MB/s', ours: rate(seconds), rival: rate(rival.seconds) },
      {
        what: 'CPU per 100 MB, server and reader (ours: and tmux)',
        unit: 's',
        ours: ((cpu.tmux + cpu.daemon + cpu.reader) * 100e6) / BYTES,
        rival: (rival.cpu * 100e6) / BYTES,
      },
    ];
  } finally {
    await daemon.stop();
  }
}

/** From Enter until the last byte has come. */
async function byTtyd(): Promise<{ seconds: number; cpu: number }> {
  const server = spawn('ttyd', ['-p', '0', '-i', '127.0.0.1', ...(await writable()), 'sh', '-c', FLOOD], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const used = () => cpuSeconds(server.pid!, process.pid);
  try {
    const viewer = await openViewer(await portOf(server));
    const [before, started] = [used(), performance.now()];
    let got = 0;
    await new Promise<void>((resolve) => {
      viewer.onOutput = (bytes) => {
        got += bytes.length;
        if (got >= BYTES) resolve();
      };
      viewer.type('\r');
    });
    const taken = { seconds: (performance.now() - started) / 1000, cpu: used() - before };
    viewer.close();
    return taken;
  } finally {
    server.kill();
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
  }
}

/** Since 1.7.4 nobody may type unless told so; before, the option was not known. */
async function writable(): Promise<string[]> {
  const { stdout, stderr } = spawnSync('ttyd', ['--help'], { encoding: 'utf8' });
  return `${stdout}${stderr}`.includes('--writable') ? ['--writable'] : [];
}

async function portOf(server: ChildProcess): Promise<number> {
  const lines = createInterface({ input: server.stderr! });
  for await (const line of lines) {
    const port = /Listening on port: (\d+)/.exec(line)?.[1];
    if (!port) continue;
    // What it says later must go somewhere, or it waits for us.
    server.stderr!.resume();
    return Number(port);
  }
  throw new Error('ttyd ended before it was listening.');
}

interface Viewer {
  onOutput: (bytes: Buffer) => void;
  type(text: string): void;
  close(): void;
}

/** In both directions the first byte of a message says what it is: `0` is what the program prints and what is typed. */
const DATA = 0x30;

/** Resolves when the program has printed `ready`. */
async function openViewer(port: number): Promise<Viewer> {
  // Without compression, which our socket has not either.
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, 'tty', { perMessageDeflate: false });
  const viewer: Viewer = {
    onOutput: () => {},
    type: (text) => socket.send(Buffer.from(`0${text}`)),
    close: () => socket.close(),
  };
  socket.on('message', (message: Buffer) => {
    if (message[0] === DATA) viewer.onOutput(message.subarray(1));
  });
  await once(socket, 'open');
  const ready = new Promise<void>((resolve) => {
    viewer.onOutput = (bytes) => bytes.includes('ready') && resolve();
  });
  socket.send(Buffer.from(JSON.stringify({ AuthToken: '', columns: 80, rows: 24 })));
  await ready;
  return viewer;
}
