/** One file of settings in a project: read and written so that nothing is lost, and left alone where it is not plainly ours to write. */
import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { link, lstat, mkdir, open, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A file that is left alone; the message says why, and what helps. */
export class Untouchable extends Error {}

export interface SettingsFile {
  readonly path: string;
  /** Undefined when there is none. */
  readonly text: string | undefined;
  /** How many of the folders between the project and the file are not there yet. */
  readonly missingFolders: number;
}

/** Settings are small; what is larger is something else. */
const MOST_BYTES = 1024 * 1024;

/** Reads `parts` below a project. Throws Untouchable for what is no plain file of its own in plain folders. */
export async function readSettings(project: string, parts: readonly string[]): Promise<SettingsFile> {
  const path = join(project, ...parts);
  const missingFolders = await checkFolders(project, parts.slice(0, -1));
  const stat = missingFolders === 0 ? await look(path) : undefined;
  if (!stat) return { path, text: undefined, missingFolders };
  checkFile(path, stat);
  return { path, text: decode(path, await readFile(path)), missingFolders };
}

async function checkFolders(project: string, names: readonly string[]): Promise<number> {
  for (let known = 0; known < names.length; known++) {
    const folder = join(project, ...names.slice(0, known + 1));
    const stat = await look(folder);
    if (!stat) return names.length - known;
    if (stat.isSymbolicLink()) throw new Untouchable(`${folder} is a symbolic link to somewhere else.`);
    if (!stat.isDirectory()) throw new Untouchable(`${folder} is not a directory.`);
  }
  return 0;
}

async function look(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw said(error, path);
  }
}

function checkFile(path: string, stat: Stats): void {
  if (stat.isSymbolicLink()) throw new Untouchable(`${path} is a symbolic link to somewhere else.`);
  if (!stat.isFile()) throw new Untouchable(`${path} is not a file.`);
  if (stat.nlink > 1) throw new Untouchable(`${path} has another name too, which would be left behind (a hard link).`);
  if (stat.size > MOST_BYTES) throw new Untouchable(`${path} is larger than settings are, ${stat.size} bytes.`);
}

/** The byte order mark is kept: it is part of the file. */
function decode(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Untouchable(`${path} is not UTF-8 text.`);
  }
}

/**
 * Puts the text in the place of what was read, whole or not at all; a text of undefined removes it. Throws Untouchable,
 * also when it is another one by now.
 */
export async function writeSettings(before: SettingsFile, text: string | undefined): Promise<void> {
  const { path } = before;
  try {
    if (before.text === undefined) return await create(path, text ?? '');
    const stat = await lstat(path);
    checkFile(path, stat);
    if ((stat.mode & 0o200) === 0) throw new Untouchable(`${path} is read-only.`);
    if (text === undefined) return await remove(before);
    await replace(before, text, stat);
  } catch (error) {
    throw said(error, path);
  }
}

async function create(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await withTemporary(path, text, 0o644, undefined, async (temporary) => {
    // Fails when somebody was faster.
    await link(temporary, path);
    await rm(temporary);
  });
}

async function replace(before: SettingsFile, text: string, stat: Stats): Promise<void> {
  await withTemporary(before.path, text, stat.mode & 0o7777, stat, async (temporary) => {
    await checkSame(before);
    await rename(temporary, before.path);
  });
}

async function remove(before: SettingsFile): Promise<void> {
  await checkSame(before);
  await rm(before.path);
}

async function checkSame({ path, text }: SettingsFile): Promise<void> {
  if (decode(path, await readFile(path)) !== text) throw new Untouchable(`${path} was changed in the meantime.`);
}

async function withTemporary(
  path: string,
  text: string,
  mode: number,
  owner: Stats | undefined,
  use: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = join(dirname(path), `.rdv-${randomBytes(6).toString('hex')}`);
  const file = await open(temporary, 'wx', owner ? 0o600 : mode);
  try {
    try {
      await file.writeFile(text);
      if (owner) {
        if (owner.uid !== process.getuid?.() || owner.gid !== process.getgid?.())
          await file.chown(owner.uid, owner.gid);
        await file.chmod(mode);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await use(temporary);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Removes the folders above a file that are empty, at most so many. */
export async function removeFolders(path: string, most: number): Promise<void> {
  let folder = dirname(path);
  for (let left = most; left > 0; left--) {
    try {
      await rmdir(folder);
    } catch (error) {
      // Something of somebody else's is in it.
      if (['ENOTEMPTY', 'EEXIST', 'ENOENT', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? ''))
        return;
      throw said(error, folder);
    }
    folder = dirname(folder);
  }
}

const causes: Readonly<Record<string, string>> = {
  EACCES: 'may not be read or written by you',
  EPERM: 'may not be written by you',
  EROFS: 'is on a file system that is read-only',
  EEXIST: 'was made by somebody else in the meantime',
  ENOENT: 'was removed in the meantime',
  ENOTDIR: 'is not in a directory',
  ENOSPC: 'has no room left on its disk',
  EDQUOT: 'has no room left on its disk',
};

/** As people say it; what cannot happen stays what it is. */
function said(error: unknown, path: string): unknown {
  const cause = causes[(error as NodeJS.ErrnoException).code ?? ''];
  return cause === undefined ? error : new Untouchable(`${path} ${cause}.`);
}
