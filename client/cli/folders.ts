/** Folders on the command line: which one a person means, and how all of them are shown. */
import type { Folder, Result } from '#protocol';
import { folders as listing, namesFromRoot } from '../meant.js';
import { FULL_ID, find, shortIds } from '../pick.js';
import type { Caller } from './hot.js';
import type { Output } from './output.js';
import { formatTable } from './table.js';
import { clean, homely } from './text.js';

/** By name, by the names from the root (`work/api`), or by the beginning of its id. Throws as `pick`. */
export const findFolder = (call: Caller['call'], given: string): Promise<Folder> => find(call, given, listing);

/** A complete id is taken as it is, without a look at the list. */
export async function folderIdOf(call: Caller['call'], given: string): Promise<string> {
  return FULL_ID.test(given) ? given : (await findFolder(call, given)).id;
}

/** A tree on a terminal; for programs a line each: id, names from the root, directory, sessions. */
export async function showFolders(output: Output, { folders, sessionFolders }: Result<'folder/list'>): Promise<void> {
  if (folders.length === 0) return output.note('No folders. `rdv folder create <name>` makes one.');
  const counts = new Map<string, number>();
  for (const id of Object.values(sessionFolders)) counts.set(id, (counts.get(id) ?? 0) + 1);
  const { columns, colors } = output;
  if (columns === undefined) {
    const names = namesFromRoot(folders);
    const rows = folders.map(({ id, path }) => [id, clean(names(id)), clean(path ?? '-'), String(counts.get(id) ?? 0)]);
    return output.data(await formatTable(['', '', '', ''], rows, [], {}));
  }
  const short = shortIds(folders);
  const rows = treeOf(folders).map(({ folder: { id, name, path }, lines }) => [
    `${lines}${clean(name)}`,
    short(id),
    path === null ? '-' : clean(homely(path)),
    String(counts.get(id) ?? 0),
  ]);
  const paint = (text: string, column: number) => (column === 1 ? colors.dim(text) : text);
  output.data(await formatTable(['FOLDER', 'ID', 'DIRECTORY', 'SESSIONS'], rows, [0, 2], { columns, paint }));
}

export interface Leaf {
  readonly folder: Folder;
  /** What is drawn before its name. */
  readonly lines: string;
}

/** Every folder below its parent, in the order given. */
export function treeOf(folders: readonly Folder[]): Leaf[] {
  const children = new Map<string | null, Folder[]>();
  for (const folder of folders) children.set(folder.parentId, [...(children.get(folder.parentId) ?? []), folder]);
  const under = (parent: string | null, before: string, depth: number): Leaf[] =>
    (children.get(parent) ?? []).flatMap((folder, at, siblings) => {
      const last = at === siblings.length - 1;
      const [branch, below] = depth === 0 ? ['', ''] : last ? ['└─ ', '   '] : ['├─ ', '│  '];
      return [{ folder, lines: before + branch }, ...under(folder.id, before + below, depth + 1)];
    });
  return under(null, '', 0);
}
