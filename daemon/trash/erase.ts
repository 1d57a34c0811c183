/** Deletes a directory with everything in it, a bounded number of files at a time. */
import { chmod, lstat, readdir, rmdir, unlink } from 'node:fs/promises';
import { RpcError } from '#protocol';
import { quote } from '../git/quote.js';

/** Files of one directory that are deleted at the same time; more only wait for the disk. */
const AT_ONCE = 32;

/**
 * Links are removed, never followed; what is not there is fine. Stops between files when the signal is aborted. Throws
 * Unavailable for what cannot be deleted, such as another file system mounted in it; the rest may be gone by then.
 */
export async function erase(path: string, signal?: AbortSignal): Promise<void> {
  try {
    const found = await lstat(path).catch(ignoring('ENOENT', 'ENOTDIR'));
    if (found?.isDirectory()) await eraseDirectory(Buffer.from(path), found.dev, signal);
    else if (found) await unlink(path);
  } catch (error) {
    if (error instanceof RpcError || signal?.aborted) throw error;
    throw new RpcError('Unavailable', `${quote(path)} cannot be deleted: ${(error as NodeJS.ErrnoException).code}.`);
  }
}

/** Paths are bytes here: names need not be text. */
async function eraseDirectory(path: Buffer, device: number, signal: AbortSignal | undefined): Promise<void> {
  const { dev, mode } = await lstat(path);
  if (dev !== device) {
    const said = `${quote(path)} is a file system mounted there, which is not deleted. Unmount it first.`;
    throw new RpcError('Unavailable', said);
  }
  // Package managers write-protect their caches; what is in them could not be deleted.
  if ((mode & 0o700) !== 0o700) await chmod(path, 0o700);
  const entries = await readdir(path, { withFileTypes: true, encoding: 'buffer' });
  const inner = ({ name }: { name: Buffer }) => Buffer.concat([path, SLASH, name]);
  const files = entries.filter((entry) => !entry.isDirectory());
  for (let at = 0; at < files.length; at += AT_ONCE) {
    signal?.throwIfAborted();
    await Promise.all(files.slice(at, at + AT_ONCE).map((file) => unlink(inner(file)).catch(ignoring('ENOENT'))));
  }
  for (const entry of entries) if (entry.isDirectory()) await eraseDirectory(inner(entry), device, signal);
  signal?.throwIfAborted();
  await rmdir(path).catch(ignoring('ENOENT'));
}

const SLASH = Buffer.from('/');

function ignoring(...codes: string[]) {
  return (error: NodeJS.ErrnoException): undefined => {
    if (!codes.includes(error.code ?? '')) throw error;
  };
}
