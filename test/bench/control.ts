/** The rival below us: a bare tmux server of our own and one control-mode client, driven by hand. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { killTmux } from '../support/daemon.js';

export interface Control {
  /** The only session of a server that runs this program; its output is counted from the start. */
  readonly client: ChildProcess;
  /** Sends one command line; nobody waits for its reply. */
  send(line: string): void;
  /** Called with each piece of output, decoded. */
  onOutput: (bytes: Buffer) => void;
  close(): Promise<void>;
}

/** Resolves when the program, a shell command line, has printed `ready`. */
export async function openControl(socketName: string, program: string): Promise<Control> {
  const words = ['-L', socketName, '-f', '/dev/null', '-C', 'new-session', '-x', '80', '-y', '24', program];
  const client = spawn('tmux', words, { stdio: ['pipe', 'pipe', 'inherit'], cwd: '/' });
  const control: Control = {
    client,
    send: (line) => void client.stdin.write(`${line}\n`),
    onOutput: () => {},
    async close() {
      client.stdin.end();
      await killTmux(socketName);
      if (client.exitCode === null && client.signalCode === null) await once(client, 'exit');
    },
  };
  let rest: Buffer = Buffer.alloc(0);
  client.stdout.on('data', (chunk: Buffer) => {
    const all = rest.length ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    for (let end = all.indexOf(10); end >= 0; end = all.indexOf(10, at)) {
      if (all.toString('latin1', at, at + OUTPUT.length) === OUTPUT)
        control.onOutput(decode(all.subarray(all.indexOf(32, at + OUTPUT.length) + 1, end)));
      at = end + 1;
    }
    rest = all.subarray(at);
  });
  await new Promise<void>((resolve) => {
    control.onOutput = (bytes) => bytes.includes('ready') && resolve();
  });
  return control;
}

const OUTPUT = '%output ';

/** Undoes tmux's octal escapes in place. */
function decode(line: Buffer): Buffer {
  let to = line.indexOf(92);
  if (to < 0) return line;
  for (let from = to; from < line.length; to++) {
    if (line[from] === 92) {
      line[to] = ((line[from + 1]! & 7) << 6) | ((line[from + 2]! & 7) << 3) | (line[from + 3]! & 7);
      from += 4;
    } else line[to] = line[from++]!;
  }
  return line.subarray(0, to);
}
