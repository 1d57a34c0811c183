/** The bridge as others see it: whether one answers, and which process it is. */
import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import type { Paths } from '#protocol/paths';

/** What `GET /health` tells. */
export interface BridgeHealth {
  readonly status: 'healthy' | 'degraded';
  readonly version: string;
  readonly components: Readonly<Record<string, boolean>>;
}

const ANSWER_MS = 2000;

/** Undefined when nobody answers at the socket in time, or what is no bridge. */
export function askBridge(socketPath: string): Promise<BridgeHealth | undefined> {
  return new Promise((resolve) => {
    const asking = request({ socketPath, path: '/health', headers: { host: 'localhost' }, agent: false });
    asking.setTimeout(ANSWER_MS, () => asking.destroy());
    asking.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.once('end', () => resolve(parse(text)));
    });
    asking.once('error', () => resolve(undefined)).once('close', () => resolve(undefined));
    asking.end();
  });
}

function parse(text: string): BridgeHealth | undefined {
  try {
    const health = JSON.parse(text) as BridgeHealth;
    return typeof health.components === 'object' ? health : undefined;
  } catch {
    // Not ours.
    return undefined;
  }
}

/**
 * The process that wrote the pid file and still runs. One that has its number by now began after the file was written, and
 * is not meant.
 */
export async function findBridgeProcess({ bridgePid }: Pick<Paths, 'bridgePid'>): Promise<number | undefined> {
  const written = readPid(bridgePid);
  if (!written) return undefined;
  const seen = await lookAt(written.pid);
  const isIt = seen && /rdv-bridge/.test(seen.command) && seen.startedAt <= written.at + CLOCK_MS;
  return isIt ? written.pid : undefined;
}

/** What ps tells is cut to seconds, and rounded. */
const CLOCK_MS = 1500;

function readPid(path: string): { pid: number; at: number } | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return /^[1-9]\d{0,9}$/.test(text) ? { pid: Number(text), at: statSync(path).mtimeMs } : undefined;
  } catch {
    // No file, no bridge that anybody knows of.
    return undefined;
  }
}

interface Seen {
  readonly command: string;
  readonly startedAt: number;
}

/** Undefined for one that has ended, whether anybody has taken note of it or not. */
function lookAt(pid: number): Promise<Seen | undefined> {
  const args = ['-o', 'stat=', '-o', 'etime=', '-o', 'args=', '-p', String(pid)];
  return new Promise((resolve) => {
    execFile('ps', args, { env: { ...process.env, LC_ALL: 'C' } }, (error, stdout) => {
      const [, state, age, command] = /^\s*(\S+)\s+(\S+)\s+(.*)$/m.exec(stdout) ?? [];
      if (error || !state || state.startsWith('Z')) return resolve(undefined);
      resolve({ command: command!, startedAt: Date.now() - 1000 * secondsOf(age!) });
    });
  });
}

/** `[[days-]hours:]minutes:seconds`. */
export function secondsOf(etime: string): number {
  const [clock, days = '0'] = etime.split('-').reverse() as [string, string?];
  return clock.split(':').reduce((sum, part) => 60 * sum + Number(part), 0) + 86_400 * Number(days);
}
