/** The daemon, or the bridge, as a detached process of its own, and what it said last if it dies. */
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Paths } from '#protocol/paths';

export interface Launch {
  /** Settles when the process has ended. */
  readonly end: Promise<void>;
  /** Undefined while it runs; a code of null means a signal ended it. */
  ended(): { readonly code: number | null } | undefined;
  /** The last line it wrote to its error output, else to its log; empty when neither says anything. */
  lastWords(): string;
  /** Stops watching; the daemon lives on. Twice is harmless. */
  release(): void;
}

/** Starts it so that it outlives us: own session, no terminal, no directory held, the same environment but for our token. */
export function launch(file: string, paths: Paths, args: readonly string[] = [], log = paths.log): Launch {
  const words = openHidden();
  const child = spawn(process.execPath, [file, ...args], {
    detached: true,
    cwd: '/',
    env: { ...process.env, REMOTE_DEV_DIR: paths.home, RDV_TOKEN: undefined, RDV_API_KEY: undefined },
    stdio: ['ignore', 'ignore', words.fd],
  });
  let ended: { code: number | null } | undefined;
  const logged = lastLine(readLog(log));
  const end = new Promise<void>((resolve) => {
    const settle = (code: number | null) => {
      ended ??= { code };
      resolve();
    };
    child.once('exit', settle);
    child.once('error', () => settle(null));
  });
  child.unref();
  return {
    end,
    ended: () => ended,
    lastWords() {
      const line = lastLine(words.read());
      if (line) return line;
      const last = lastLine(readLog(log));
      return last === logged ? '' : last;
    },
    release: words.close,
  };
}

/** A file without a name: the daemon may keep it as its error output for ever, nothing is left behind, and no pipe can break. */
function openHidden(): { fd: number; read(): string; close(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'rdv-start-'));
  const fd = openSync(join(folder, 'stderr'), 'wx+', 0o600);
  rmSync(folder, { recursive: true });
  let open = true;
  return {
    fd,
    read() {
      const buffer = Buffer.alloc(64 * 1024);
      return open ? buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, 0)) : '';
    },
    close() {
      if (open) closeSync(fd);
      open = false;
    },
  };
}

function readLog(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(-64 * 1024);
  } catch {
    // No log is no words: the daemon may have died before it opened one.
    return '';
  }
}

/** Of a crash report the line that names the error, of a JSON log its message, otherwise the last line. */
function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim());
  const named = lines.findLast((line) => /^(\w*Error|rdvd?|rdv-bridge)\b.*: /.test(line));
  const last = named ?? lines.at(-1) ?? '';
  return /^\{.*\}$/.test(last) ? messageOf(last) : last.trim();
}

function messageOf(json: string): string {
  try {
    const { message, reason } = JSON.parse(json) as { message?: string; reason?: string };
    return reason ?? message ?? json;
  } catch {
    // Not JSON after all: the line itself is the word.
    return json;
  }
}
