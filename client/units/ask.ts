/** Runs the programs that speak to systemd and launchd. */
import { execFile } from 'node:child_process';
import { RpcError } from '#protocol/errors';

export interface Answer {
  /** Undefined when there is no such program, or it was given up. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A start may take as long as the daemon before has requests to finish. */
const PATIENCE_MS = 100_000;

/** Never rejects. Their words are in English. */
export function ask(program: string, args: readonly string[], signal?: AbortSignal): Promise<Answer> {
  const options = { env: { ...process.env, LC_ALL: 'C' }, timeout: PATIENCE_MS, ...(signal && { signal }) };
  return new Promise((resolve) => {
    execFile(program, [...args], options, (error, stdout, stderr) => {
      const code = error ? error.code : 0;
      resolve({ code: typeof code === 'number' ? code : undefined, stdout, stderr });
    });
  });
}

/** Its last word is the reason; the ones before tell where to look. */
export function refused(what: string, { stderr, stdout }: Answer, cure: string): RpcError {
  const [first = 'it said nothing.'] = (stderr.trim() || stdout.trim()).split('\n').filter((line) => line);
  return new RpcError('Unavailable', `${what}: ${first}`, { code: 'UNIT_FAILED', details: { cure } });
}
