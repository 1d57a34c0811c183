/** The socket file: made private before it has its name, and removed only while it is still ours. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { linkSync, lstatSync, readdirSync, renameSync, rmSync, type Stats, statSync } from 'node:fs';
import type { Server } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { RpcError } from '#protocol';
import { SOCKET_PATH_BYTES } from '#protocol/paths';

export interface SocketFile {
  isOurs(): boolean;
  /** Leaves a newer daemon's file alone. */
  remove(): void;
}

/**
 * Makes the server listen at the path, mode 0600, taking the place of a socket that is there already: whoever may run is
 * decided by the lock, not here. Throws InvalidParams for a path too long, Conflict if something that is no socket lies
 * there.
 */
export async function bindSocket(server: Server, path: string): Promise<SocketFile> {
  checkSocket(path);
  // Bound under another name first, so that nobody connects before the mode is right and no other daemon's file is lost.
  const temporary = temporaryBeside(path);
  const listening = once(server, 'listening');
  const umask = process.umask(0o177);
  try {
    // Binds before it returns; only the event comes later.
    server.listen(temporary);
  } finally {
    process.umask(umask);
  }
  try {
    await listening;
    const ours = verifyPrivate(temporary);
    renameSync(temporary, path);
    const isOurs = () => isSame(path, ours);
    return { isOurs, remove: () => isOurs() && rmSync(path, { force: true }) };
  } catch (error) {
    // Removes the temporary file too: libuv unlinks the name a socket was bound to.
    server.close();
    throw error;
  }
}

/** Gives the socket that lies here another name too, so that it can have its own again. Throws what linking throws. */
export function keepSocket(path: string): { restore(): void; drop(): void } {
  const kept = temporaryBeside(path);
  linkSync(path, kept);
  return { restore: () => renameSync(kept, path), drop: () => rmSync(kept, { force: true }) };
}

/** Removes what daemons that were killed while they bound theirs left beside the socket; for the holder of the lock. */
export function removeStrays(path: string): void {
  const folder = dirname(path);
  for (const name of readdirSync(folder)) if (TEMPORARY.test(name)) rmSync(join(folder, name), { force: true });
}

const TEMPORARY = /^\.[0-9a-f]{5}$/;
/** A name that `removeStrays` knows. */
export const temporaryBeside = (path: string) => join(dirname(path), `.${randomBytes(3).toString('hex').slice(1)}`);

/** Throws what `bindSocket` would: InvalidParams for a path too long, Conflict if something that is no socket lies there. */
export function checkSocket(path: string): void {
  checkLength(path);
  refuseOther(path);
}

/** What a socket at this path takes of what it may take: it is bound under another name first. */
export function socketBytes(path: string): { bytes: number; most: number } {
  const bytes = Math.max(Buffer.byteLength(path), Buffer.byteLength(dirname(path)) + '/.12345'.length);
  return { bytes, most: SOCKET_PATH_BYTES };
}

function checkLength(path: string): void {
  const { bytes, most } = socketBytes(path);
  if (bytes <= most) return;
  throw new RpcError(
    'InvalidParams',
    `The socket path ${path} has ${bytes} bytes, at most ${most} work; set REMOTE_DEV_DIR to a shorter path.`,
  );
}

function refuseOther(path: string): void {
  // A link of ours may lead to a socket that is gone.
  const there = statSync(path, { throwIfNoEntry: false });
  if (there && !there.isSocket())
    throw new RpcError('Conflict', `${basename(path)} in ${dirname(path)} is not a socket; move it away.`);
}

function verifyPrivate(path: string): Stats {
  const made = lstatSync(path);
  const mode = made.mode & 0o777;
  if (!made.isSocket() || mode !== 0o600)
    throw new Error(`The socket ${path} has mode ${mode.toString(8)}, expected 600.`);
  return made;
}

/** Whether the file there is still ours: a newer daemon's may have taken its name. */
export function isSame(path: string, ours: Stats): boolean {
  const there = lstatSync(path, { throwIfNoEntry: false });
  return there?.ino === ours.ino && there.dev === ours.dev;
}
