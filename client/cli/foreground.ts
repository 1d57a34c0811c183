/** A program of ours in the foreground of this terminal. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Context } from './context.js';

/** Its output and its exit code are ours. */
export async function foreground(
  { endpoint, output }: Context,
  file: string,
  args: readonly string[] = [],
): Promise<void> {
  const env = { ...process.env, REMOTE_DEV_DIR: endpoint.paths.home };
  const child = spawn(process.execPath, [file, ...args], { stdio: 'inherit', env });
  const forward = (signal: NodeJS.Signals) => void child.kill(signal);
  // Ctrl-C reaches both of us from the terminal; we stay for its orderly end.
  const stay = () => {};
  process.on('SIGTERM', forward).on('SIGHUP', forward).on('SIGINT', stay);
  const [code] = (await once(child, 'exit')) as [number | null];
  process.off('SIGTERM', forward).off('SIGHUP', forward).off('SIGINT', stay);
  output.exit(code ?? 1);
}
