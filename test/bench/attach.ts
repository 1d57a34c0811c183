/** The rival of design: a terminal server that runs one `tmux attach` in a pty of its own for each viewer. */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { spawn } from 'node-pty';
import { killTmux } from '../support/daemon.js';
import { dial } from './wire.js';

/** What viewers of both sides have in common. */
export interface View {
  /** Called with each piece of output. */
  onData: (bytes: Buffer) => void;
  type(text: string): void;
}

export interface Attaching {
  readonly server: ChildProcess;
  open(): Promise<View>;
  close(): Promise<void>;
}

/** Starts a bare tmux server with one session that runs a shell command line, and the server whose viewers attach to it. */
export async function openAttaching(socketName: string, path: string, program: string): Promise<Attaching> {
  const words = ['-L', socketName, '-f', '/dev/null', 'new-session', '-d', '-x', '80', '-y', '24', program];
  execFileSync('tmux', words, { cwd: '/' });
  const server = fork(fileURLToPath(import.meta.url), [socketName, path]);
  await once(server, 'message');
  return {
    server,
    async open() {
      const socket = await dial(path);
      const view: View = { onData: () => {}, type: (text) => void socket.write(text) };
      socket.on('data', (bytes: Buffer) => view.onData(bytes));
      return view;
    },
    async close() {
      server.kill();
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
      await killTmux(socketName);
    },
  };
}

/** Bytes go through as they are, which is less than any real one does. */
async function serve(socketName: string, path: string): Promise<void> {
  const server = createServer((socket) => {
    const pty = spawn('tmux', ['-L', socketName, 'attach'], { cols: 80, rows: 24, encoding: null });
    pty.onData((bytes) => void socket.write(bytes));
    socket.on('data', (bytes) => pty.write(bytes));
    socket.on('error', () => pty.kill());
    socket.on('close', () => pty.kill());
  });
  await once(server.listen(path), 'listening');
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.send) {
  await serve(process.argv[2]!, process.argv[3]!);
  process.send('ready');
}
