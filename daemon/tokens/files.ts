/** Files that hold one token: private, whole or not there at all. */
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { RpcError } from '#protocol';

/** Empty when there is none. */
export function readToken(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return '';
  }
}

/**
 * Replaces it by rename: whoever reads gets the old one or the new one. Its folder is made when it is not there. Throws
 * Unavailable; then nothing is changed. One that is made again when it is lost need not outlast a power cut.
 */
export function writeToken(path: string, text: string, lasting = true): void {
  try {
    write(path, text, lasting);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const said = `The token file ${path} cannot be written (${message}). See that there is room for it, and try again.`;
    throw new RpcError('Unavailable', said, { ...(code && { code }) });
  }
}

function write(path: string, text: string, lasting: boolean): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // A crash may have left one, and its mode is not ours.
  const temporary = `${path}.new`;
  rmSync(temporary, { force: true });
  const file = openSync(temporary, 'wx', 0o600);
  try {
    writeSync(file, `${text}\n`);
    if (lasting) fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

/** A token that others may read is soon theirs. */
export function makePrivate(path: string): void {
  if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
}

export function removeToken(path: string): void {
  rmSync(path, { force: true });
}

/** Of the tokens in a folder, those that are not wanted are removed; what a crash left half written too. */
export function keepOnly(folder: string, wanted: ReadonlySet<string>): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(folder)) if (!wanted.has(name)) removeToken(join(folder, name));
}
