/** Runs the built `rdv` as a person would: off a terminal, or in a pseudo-terminal of its own. */
import { spawn as spawnProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { spawn } from 'node-pty';
import { root } from '../../support/documents.js';

export const program = join(root, 'dist/rdv.cjs');

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type Environment = Readonly<Record<string, string>>;

/** Nothing of the tester's own settings reaches it. */
function environmentFor(home: string, more: Environment): Record<string, string> {
  const { PATH = '', HOME = '/', TMUX_TMPDIR } = process.env;
  return { PATH, HOME, TERM: 'xterm-256color', REMOTE_DEV_DIR: home, ...(TMUX_TMPDIR && { TMUX_TMPDIR }), ...more };
}

/** Off a terminal, for those who read as they like. */
export function start(home: string, args: readonly string[], more: Environment = {}) {
  return spawnProcess(process.execPath, [program, ...args], { env: environmentFor(home, more) });
}

/** Off a terminal. `input` is all of stdin. */
export async function rdv(home: string, args: readonly string[], more: Environment = {}, input = ''): Promise<Outcome> {
  const child = start(home, args, more);
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => (texts[name] += text));
  child.stdin.on('error', () => {}).end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...texts };
}

export interface Screen {
  readonly pid: number;
  /** Everything printed so far. */
  readonly text: string;
  /** Resolves once this is printed after the last thing waited for; rejects with all output when the program ends before. */
  shows(what: string | RegExp): Promise<void>;
  type(text: string): void;
  resize(cols: number, rows: number): void;
  /** Resolves with the exit code. */
  readonly ended: Promise<number>;
  /** Ends the terminal, as closing its window does. */
  hangUp(): void;
}

/** Loaded machines are slow; what is not shown by then never is. */
const SHOWN_MS = 20_000;

/** Runs a shell script in a pseudo-terminal; `$RDV` is the program. */
export function inTerminal(home: string, script: string, more: Environment = {}): Screen {
  const env = environmentFor(home, { RDV: `${process.execPath} ${program}`, ...more });
  const pty = spawn('/bin/sh', ['-c', script], { cols: 100, rows: 30, env, encoding: null });
  let text = '';
  let read = 0;
  let over = false;
  const checks = new Set<() => void>();
  const decoder = new TextDecoder();
  pty.onData((data) => {
    text += decoder.decode(data as unknown as Uint8Array, { stream: true });
    for (const check of checks) check();
  });
  const ended = new Promise<number>((resolve) =>
    pty.onExit(({ exitCode }) => {
      over = true;
      for (const check of checks) check();
      resolve(exitCode);
    }),
  );
  return {
    pid: pty.pid,
    get text() {
      return text;
    },
    shows: (what) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          over = true;
          check();
        }, SHOWN_MS);
        const check = () => {
          const found = typeof what === 'string' ? text.indexOf(what, read) : text.slice(read).search(what);
          if (found < 0 && !over) return;
          checks.delete(check);
          clearTimeout(late);
          if (found < 0) return reject(new Error(`Not shown: ${what}\n${JSON.stringify(text.slice(read))}`));
          const length = typeof what === 'string' ? what.length : (what.exec(text.slice(read))?.[0].length ?? 0);
          read = (typeof what === 'string' ? found : read + found) + length;
          resolve();
        };
        checks.add(check);
        check();
      }),
    type: (typed) => pty.write(typed),
    resize: (cols, rows) => pty.resize(cols, rows),
    ended,
    hangUp: () => pty.kill('SIGHUP'),
  };
}
