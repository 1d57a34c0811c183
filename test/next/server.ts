/** A real Next.js server over the app in `test/nextjs`, in one of the ways people run it. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/documents.js';
import { freePort } from '../support/port.js';

export const app = join(root, 'test/nextjs');
export type Mode = 'dev' | 'start' | 'standalone';

const quiet = { NEXT_TELEMETRY_DISABLED: '1', CI: '1' };

/** Puts the file people put there, as the command prints it. */
export function writeProxy(): void {
  const args = [join(root, 'dist/rdv.cjs'), 'bridge', 'print-next-config'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`rdv bridge print-next-config: ${stderr}`);
  writeFileSync(join(app, 'proxy.ts'), stdout);
}

/** For `start` and `standalone`. The data folder lies under the project meanwhile, as some keep it. */
export function build(): void {
  const home = join(app, 'data-for-build');
  mkdirSync(join(home, 'server'), { recursive: true });
  writeFileSync(join(home, 'server/service-token'), SECRET);
  const env = { ...process.env, ...quiet, REMOTE_DEV_DIR: home };
  try {
    const { status, stdout, stderr } = spawnSync('npx', ['next', 'build'], { cwd: app, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`next build: ${stdout}${stderr}`);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
  // What the documentation says to copy.
  cpSync(join(app, '.next/static'), join(app, '.next/standalone/.next/static'), { recursive: true });
}

/** What must not be found in a build. */
export const SECRET = 'a-token-that-no-build-may-hold';

export interface NextServer {
  readonly url: string;
  readonly output: string;
  stop(): Promise<void>;
}

/** Ready when it answers. */
export async function startNext(mode: Mode, environment: Readonly<Record<string, string>>): Promise<NextServer> {
  const port = await freePort();
  const next = join(app, 'node_modules/next/dist/bin/next');
  const commands: Readonly<Record<Mode, readonly string[]>> = {
    dev: [next, 'dev', '-H', '127.0.0.1', '-p', String(port)],
    start: [next, 'start', '-H', '127.0.0.1', '-p', String(port)],
    standalone: [join(app, '.next/standalone/server.js')],
  };
  const env = { ...process.env, ...quiet, HOSTNAME: '127.0.0.1', PORT: String(port), ...environment };
  // A group of its own: `next dev` has children.
  const child = spawn(process.execPath, [...commands[mode]], { cwd: app, env, detached: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  let over = false;
  const ended = once(child, 'exit').then(() => {
    over = true;
  });
  const signal = (name: NodeJS.Signals) => over || process.kill(-child.pid!, name);
  const stop = async () => {
    signal('SIGTERM');
    await ended;
  };
  process.once('exit', () => signal('SIGKILL'));
  await Promise.race([
    ended.then(() => Promise.reject(new Error(`next ${mode} ended: ${output}`))),
    until(() => /Ready in/.test(output), child.stdout),
  ]);
  return {
    url: `http://127.0.0.1:${port}`,
    get output() {
      return output;
    },
    stop,
  };
}

async function until(holds: () => boolean, stream: NodeJS.ReadableStream): Promise<void> {
  while (!holds()) await once(stream, 'data');
}

export function removeBuilds(): void {
  for (const name of ['.next', 'proxy.ts', 'next-env.d.ts']) rmSync(join(app, name), { recursive: true, force: true });
  if (existsSync(join(app, '.next'))) throw new Error('The build stayed behind.');
}
