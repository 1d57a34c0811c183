/** Writes a document where somebody asked for it: whole or not at all, and over nothing that was not meant. */
import { randomBytes } from 'node:crypto';
import { type FileHandle, link, lstat, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RpcError } from '#protocol';

export interface WriteOptions {
  readonly overwrite: boolean;
  /** Of whoever started the daemon: the file is made as they would make it. */
  readonly umask: number;
}

/**
 * Returns the path written, with links resolved. Throws Conflict with FILE_EXISTS, InvalidParams with INVALID_PATH for what is
 * no file or no place for one, Unavailable when the disk is full.
 */
export async function writeDocument(path: string, text: string, { overwrite, umask }: WriteOptions): Promise<string> {
  const { target, mode } = await place(path, overwrite);
  const temporary = join(dirname(target), `.${basename(target).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`);
  let file: FileHandle | undefined;
  try {
    file = await open(temporary, 'wx', 0o600);
    await file.writeFile(text);
    await file.chmod(mode ?? 0o666 & ~umask);
    await file.sync();
    await file.close();
    // A link fails where a file has come to be meanwhile; a rename would replace it.
    if (overwrite) await rename(temporary, target);
    else await link(temporary, target);
    return target;
  } catch (error) {
    throw failure(error, path);
  } finally {
    await file?.close();
    if (file) await remove(temporary);
  }
}

/** Where it goes, and the mode of the file that is there. */
async function place(path: string, overwrite: boolean): Promise<{ target: string; mode?: number }> {
  if (path.endsWith('/')) throw invalid(`${path} names a directory. Name a file in it.`);
  const found = await look(path);
  if (!found) return { target: path };
  const target = found.isSymbolicLink() ? await followed(path) : path;
  // What stands where the links end is no link.
  const file = target === path ? found : await stat(target);
  if (!file.isFile()) {
    const isDirectory = file.isDirectory();
    throw invalid(`${path} is ${isDirectory ? 'a directory. Name a file in it' : 'no file. Name another'}.`);
  }
  if (!overwrite) throw exists(path);
  return { target, mode: file.mode & 0o7777 };
}

async function look(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failure(error, path);
  }
}

async function followed(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw failure(error, path);
    throw invalid(`${path} is a link to something that does not exist. Remove it, or name another file.`);
  }
}

/** Already renamed, when all went well. */
async function remove(temporary: string): Promise<void> {
  try {
    await unlink(temporary);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

const invalid = (message: string) => new RpcError('InvalidParams', message, { code: 'INVALID_PATH' });
const exists = (path: string) =>
  new RpcError('Conflict', `${path} exists. Pass \`overwrite\` to replace it, or name another file.`, {
    code: 'FILE_EXISTS',
  });

const wrongs: Readonly<Record<string, (path: string) => string>> = {
  ENOENT: (path) => `The directory ${dirname(path)} does not exist. Create it first, or name another.`,
  ENOTDIR: (path) => `A part of ${dirname(path)} is not a directory. Name another.`,
  EACCES: (path) => `${dirname(path)} may not be written by this user. Name another directory.`,
  EPERM: (path) => `${path} may not be written here. Pass \`overwrite\`, or name another directory.`,
  EROFS: (path) => `${dirname(path)} is on a disk that is read-only. Name another directory.`,
  ELOOP: (path) => `${path} is a link to itself. Remove it, or name another file.`,
  ENAMETOOLONG: (path) => `The name ${basename(path).slice(0, 60)}... is too long. Name a shorter one.`,
};

/** As the caller may read it; what is nobody's fault but ours stays as it is. */
function failure(error: unknown, path: string): unknown {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST') return exists(path);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new RpcError('Unavailable', `The disk of ${dirname(path)} is full. Make room, and try again.`);
  const said = wrongs[code];
  return said ? invalid(said(path)) : error;
}
