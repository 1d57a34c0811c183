/** Puts directories into the trash and back: by renaming, never by copying. */
import { lstatSync, mkdirSync, realpathSync, renameSync, rmdirSync, type Stats } from 'node:fs';
import { userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { RpcError } from '#protocol';
import { quote } from '../git/quote.js';
import { besideName, liesInTrash } from './item.js';

export interface Shelves {
  /**
   * Renames a directory to a place in the trash and returns that. `plan` is told each place before it is tried, to be
   * written down. Throws Unavailable, with the directory where it was.
   */
  put(path: string, id: string, plan: (keptAt: string) => void): string;
  /** Throws Conflict with `PATH_EXISTS` when there is something at a path. */
  mustBeFree(path: string): void;
  /** Renames it back to a free path, making the directories above if they are gone. Throws as that does, and Unavailable. */
  takeBack(keptAt: string, path: string): void;
  /** Removes the folder a directory was kept in, if there is nothing left in it. */
  clear(keptAt: string): void;
  /** Whether a resolved path lies in the trash. */
  holds(path: string): boolean;
}

/** `folder` is the trash of the data folder. What is on another file system is kept beside where it was. */
export function createShelves(folder: string): Shelves {
  const { uid } = userInfo();
  // git tells resolved paths, and those are compared.
  const own = () => realpathSync(folder);

  return {
    put(path, id, plan) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const places = [own(), join(dirname(path), besideName(uid))];
      for (const place of places) {
        const keptAt = join(place, id, basename(path));
        plan(keptAt);
        makePrivate(place, uid);
        mkdirSync(dirname(keptAt), { mode: 0o700 });
        if (move(path, keptAt)) return keptAt;
        clear(keptAt, uid);
      }
      throw new RpcError(
        'Unavailable',
        `${quote(path)} is a file system of its own and cannot be moved. Unmount it first.`,
      );
    },

    mustBeFree,

    takeBack(keptAt, path) {
      mustBeFree(path);
      acting(`The directory ${quote(dirname(path))} cannot be made`, () =>
        mkdirSync(dirname(path), { recursive: true }),
      );
      if (move(keptAt, path)) return;
      const said = `${quote(dirname(path))} is on another file system than ${quote(keptAt)}, where it is kept. Move it by hand.`;
      throw new RpcError('Unavailable', said);
    },

    clear: (keptAt) => clear(keptAt, uid),

    holds: (path) => liesInTrash(path, look(folder) ? own() : folder, uid),
  };
}

function mustBeFree(path: string): void {
  if (!look(path)) return;
  const said = `Cannot put it back: there is something at ${quote(path)}. Move or remove that first.`;
  throw new RpcError('Conflict', said, { code: 'PATH_EXISTS', details: { path } });
}

/** What is at a path itself, be it a link; undefined for nothing. */
export function look(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    // A part of the path is a file.
    if (codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** False when the places are on different file systems. */
function move(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EXDEV') return false;
    throw new RpcError('Unavailable', `${quote(from)} cannot be moved to ${quote(to)}: ${codeOf(error)}.`);
  }
}

/** In a folder others may write to, somebody else could have made it to look into what is put there. */
function makePrivate(folder: string, uid: number): void {
  acting(`The directory ${quote(folder)} cannot be made`, () => mkdirSync(folder, { recursive: true, mode: 0o700 }));
  const found = look(folder);
  if (found?.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0) return;
  throw new RpcError('Unavailable', `${quote(folder)} must be a directory of yours with mode 0700. Move it away.`);
}

function clear(keptAt: string, uid: number): void {
  removeEmpty(dirname(keptAt));
  const place = dirname(dirname(keptAt));
  if (basename(place) === besideName(uid)) removeEmpty(place);
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) throw error;
  }
}

/** The code and not the message, which holds paths as they stand. */
function acting(failure: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    throw new RpcError('Unavailable', `${failure}: ${codeOf(error)}.`);
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';
