/** The lines typed into `rdv shell`, kept in the data folder for the next time: private, bounded, without secrets. */
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const MOST = 500;
/** Beyond this the file is cut to the newest lines. */
const LONGEST_BYTES = 128 * 1024;
const PRIVATE = 0o600;
/** A token, of ours or of those people paste, or a word that says that one follows. */
const SECRET =
  /\brdv_\w{8,}|\b(?:sk|gh[a-z]|github_pat|xox[a-z]|glpat|AKIA)[-_]?\w{12,}|\beyJ[\w-]+\.[\w-]+|token[=\s:]|secret|passw|passphrase|api[-_]?key|bearer|authorization/i;

export interface History {
  /** The newest first, as readline wants them. */
  readonly lines: string[];
  /** Keeps it, unless it begins with a space or may hold a secret. Throws what the file system does. */
  add(line: string): void;
}

/** Throws what the file system does. */
export function openHistory(path: string): History {
  const kept = existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
  return {
    lines: kept.slice(-MOST).reverse(),
    add(line) {
      // Before the first start of a daemon there is no data folder yet.
      if (!mayBeKept(line) || !existsSync(dirname(path))) return;
      appendFileSync(path, `${line}\n`, { mode: PRIVATE });
      cut(path);
    },
  };
}

/** `token create ci` names a token and holds none. */
export function mayBeKept(line: string): boolean {
  if (line.trim() === '' || /^\s/.test(line)) return false;
  return !SECRET.test(line.replace(/^(rdv\s+)?token\s+(create|list|revoke|rotate)\b/, ''));
}

/** In one step: another shell may read it meanwhile. */
function cut(path: string): void {
  const text = readFileSync(path, 'utf8');
  if (text.length <= LONGEST_BYTES) return;
  const newest = text.trimEnd().split('\n').slice(-MOST);
  while (newest.length > 1 && newest.join('\n').length > LONGEST_BYTES / 2) newest.shift();
  const made = `${path}.${process.pid}`;
  writeFileSync(made, `${newest.join('\n')}\n`, { mode: PRIVATE });
  renameSync(made, path);
}
