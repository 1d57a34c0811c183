/** One run of tmux to its end, for questions that do not go over the connection. */
import { spawn } from 'node:child_process';
import { killGroup } from '../backend/group.js';

export interface Asked {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
}

export interface Answer {
  /** Null when it was ended: it was late, or a signal came. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly late: boolean;
}

/** Rejects as `spawn` does when there is no tmux. One that is late is ended, with what it started. */
export function askTmux(args: readonly string[], { environment, timeoutMs }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn('tmux', args, {
      cwd: '/',
      env: environment,
      // A group of its own: a script in its place may have started something that keeps its output open.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const texts = { stdout: '', stderr: '' };
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      killGroup(child.pid!);
    }, timeoutMs);
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => (texts[name] += text));
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (exitCode) => {
      clearTimeout(timer);
      resolve({ exitCode, late, stdout: texts.stdout.trim(), stderr: texts.stderr.trim() });
    });
  });
}
