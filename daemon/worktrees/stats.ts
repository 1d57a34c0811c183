/** Hashes what can be told of files without reading them. */
import type { Hash } from 'node:crypto';
import { type BigIntStats, lstatSync, readdirSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { RpcError } from '#protocol';
import { quote } from '../git/quote.js';

export interface Hashing {
  readonly hash: Hash;
  readonly signal?: AbortSignal | undefined;
}

/** Directories of a million files take a few seconds. */
const LATE_MS = 60_000;
/** After so many files others get their turn. */
const FILES = 500;

/**
 * Kind, size and times of a file, or of everything in a directory, in order of their names. Whatever changes of a file changes
 * its ctime, which no program can set back. Throws Timeout.
 */
export async function hashStats(path: Buffer, { hash, signal }: Hashing): Promise<void> {
  const late = performance.now() + LATE_MS;
  const left = [path];
  for (let count = 1; left.length > 0; count++) {
    const next = left.pop()!;
    const found = lstatSync(next, { throwIfNoEntry: false, bigint: true });
    if (!found) continue;
    hash.update(next).update(describe(found));
    if (found.isDirectory()) left.push(...namesIn(next).map((name) => Buffer.concat([next, SLASH, name])));
    if (count % FILES !== 0) continue;
    await turn();
    signal?.throwIfAborted();
    if (performance.now() < late) continue;
    throw new RpcError(
      'Timeout',
      `${quote(path)} holds more files than can be looked at in ${LATE_MS} ms. Tidy it up first.`,
    );
  }
}

const SLASH = Buffer.from('/');

const namesIn = (folder: Buffer): Buffer[] => readdirSync(folder, { encoding: 'buffer' }).sort(Buffer.compare);

/** A directory's own times change with files nobody asked about. */
function describe(found: BigIntStats): string {
  const { mode, ino, size, mtimeNs, ctimeNs } = found;
  return `\0${mode} ${ino} ${found.isDirectory() ? '' : `${size} ${mtimeNs} ${ctimeNs}`}\0`;
}
