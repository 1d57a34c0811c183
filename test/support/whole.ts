/** A whole daemon for one test: started, connected, and gone without a trace afterwards. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '#client';
import type { NotificationName, Told } from '#protocol';
import { type Daemon, type DaemonOptions, startDaemon } from './daemon.js';
import { root } from './documents.js';

/** What things last as long as: a test, or a whole file with `{ after }` of the test runner. */
export interface Lasting {
  after(end: () => unknown): void;
}

/** When the test is over nothing may be left of it: no process, no tmux server, no file. */
export async function whole(t: Lasting, options?: DaemonOptions): Promise<{ daemon: Daemon; client: Client }> {
  const daemon = await startDaemon(options);
  const { home, tmux } = daemon;
  t.after(async () => {
    await daemon.stop();
    assert.deepEqual(processesOf(home, tmux), []);
    assert.equal(existsSync(home), false);
  });
  return { daemon, client: await reach(t, daemon) };
}

/** Another connection to it. */
export async function reach(t: Lasting, { socket, token }: Daemon): Promise<Client> {
  const client = await connect({ socketPath: socket, token });
  t.after(() => client.close());
  return client;
}

/** Running processes that name the data folder or the tmux server. */
function processesOf(home: string, tmux: string): string[] {
  const lines = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(home) || (tmux !== '' && line.includes(tmux)));
}

/** Resolves with the next notification that fits. */
export function heard<N extends NotificationName>(
  client: Client,
  name: N,
  fits: (told: Told<N>) => boolean = () => true,
): Promise<Told<N>> {
  return new Promise((resolve) => {
    const leave = client.on(name, (told) => {
      if (!fits(told)) return;
      leave();
      resolve(told);
    });
  });
}

/** A folder that is gone after the test. */
export function folderFor(t: Lasting): string {
  const made = mkdtempSync(join(tmpdir(), 'rdv-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Runs a daemon that is expected to refuse to start, to its end. */
export async function runToEnd(
  home: string,
  environment: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
) {
  const child = spawn(process.execPath, [join(root, 'dist/rdvd.cjs'), ...args], {
    env: { ...process.env, REMOTE_DEV_DIR: home, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => (stdout += data));
  child.stderr.on('data', (data) => (stderr += data));
  const [code, signal] = await once(child, 'close');
  return { code: code ?? signal, stdout, stderr };
}

/** Asks the tmux server of a daemon. */
export function askTmux({ tmux }: Daemon, ...command: string[]): string {
  return execFileSync('tmux', ['-L', tmux, ...command], { encoding: 'utf8' }).trim();
}
