/** The configuration as a daemon that starts now would read it: only the daemon reads the file, so it is asked. */
import { execFile } from 'node:child_process';
import type { Result } from '#protocol';
import { RpcError } from '#protocol/errors';
import type { Paths } from '#protocol/paths';

const PATIENCE_MS = 20_000;

/** Runs the daemon's bundle, which needs no daemon for it. Throws Unavailable with its last words. */
export function readSettings(daemonFile: string, { home }: Paths): Promise<Result<'config/get'>> {
  const env = { ...process.env, REMOTE_DEV_DIR: home };
  const limits = { timeout: PATIENCE_MS, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    // It exits with 2 when the file has mistakes, and tells them all the same.
    execFile(process.execPath, [daemonFile, 'config', '--json'], { env, ...limits }, (error, stdout, stderr) => {
      if (stdout.startsWith('{')) return resolve(JSON.parse(stdout));
      const why = stderr.trim().split('\n').at(-1) || error?.message || 'it said nothing';
      const cure = `See that ${daemonFile} is whole: it comes with rdv.`;
      reject(new RpcError('Unavailable', `The configuration could not be read: ${why}`, { details: { cure } }));
    });
  });
}
