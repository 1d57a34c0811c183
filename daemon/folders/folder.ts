/** How folders lie in each other, and what becomes of them when one is made, moved, ordered or removed. Pure. */
import { type Folder, RpcError } from '#protocol';

/** One user's folders as they lie in each other. */
export interface Tree {
  /** A parent before its children, siblings in order. */
  readonly list: readonly Folder[];
  find(id: string): Folder | undefined;
  /** In order; those at the root for null. */
  children(parentId: string | null): readonly Folder[];
}

export interface Wanted {
  readonly name?: string | undefined;
  readonly path?: string | null | undefined;
  readonly collapsed?: boolean | undefined;
  readonly parentId?: string | null | undefined;
  /** The place among its siblings, from 0; beyond them is the last. */
  readonly sortOrder?: number | undefined;
}

export function growTree(folders: Iterable<Folder>): Tree {
  const byId = new Map<string, Folder>();
  const byParent = new Map<string | null, Folder[]>();
  for (const folder of folders) {
    byId.set(folder.id, folder);
    const siblings = byParent.get(folder.parentId);
    if (siblings) siblings.push(folder);
    else byParent.set(folder.parentId, [folder]);
  }
  for (const siblings of byParent.values()) siblings.sort((a, b) => a.sortOrder - b.sortOrder);
  const children = (parentId: string | null) => byParent.get(parentId) ?? [];
  let list: Folder[] | undefined;
  return {
    get list() {
      return (list ??= depthFirst(children));
    },
    find: (id) => byId.get(id),
    children,
  };
}

/** Without recursion: folders may lie in each other deeper than calls may. */
function depthFirst(children: Tree['children']): Folder[] {
  const list: Folder[] = [];
  const ahead = [...children(null)].reverse();
  for (let next = ahead.pop(); next; next = ahead.pop()) {
    list.push(next);
    for (const child of [...children(next.id)].reverse()) ahead.push(child);
  }
  return list;
}

/** The folder's parent first, the root ancestor last. */
export function parentChain(tree: Pick<Tree, 'find'>, folder: Folder): Folder[] {
  const chain: Folder[] = [];
  for (let at = parentOf(tree, folder); at; at = parentOf(tree, at)) chain.push(at);
  return chain;
}

function parentOf(tree: Pick<Tree, 'find'>, { parentId }: Folder): Folder | undefined {
  return parentId === null ? undefined : tree.find(parentId);
}

/** The `sortOrder` of one more child. */
export function nextOrder(tree: Tree, parentId: string | null): number {
  return (tree.children(parentId).at(-1)?.sortOrder ?? -1) + 1;
}

/**
 * Every folder that is another afterwards, the folder itself first; none when nothing changes. One that is moved becomes
 * the last, unless a place is given. Throws InvalidParams with BUSINESS_RULE_VIOLATION when it would lie in itself.
 */
export function change(tree: Tree, folder: Folder, wanted: Wanted, now: number): Folder[] {
  const { parentId = folder.parentId, sortOrder } = wanted;
  checkParent(tree, folder, parentId);
  const moved = parentId !== folder.parentId;
  const changed: Folder = {
    ...folder,
    name: wanted.name ?? folder.name,
    path: wanted.path === undefined ? folder.path : wanted.path,
    collapsed: wanted.collapsed ?? folder.collapsed,
    parentId,
    sortOrder: moved ? nextOrder(tree, parentId) : folder.sortOrder,
  };
  const others = tree.children(parentId).filter(({ id }) => id !== folder.id);
  const [itself = changed, ...rest] =
    sortOrder === undefined ? [] : number([changed, ...others], others.toSpliced(sortOrder, 0, changed));
  const own = isSame(itself, folder) ? [] : [itself];
  return [...own, ...rest.filter((other) => other !== tree.find(other.id))].map((it) => ({ ...it, updatedAt: now }));
}

function checkParent(tree: Tree, folder: Folder, parentId: string | null): void {
  const parent = parentId === null ? undefined : tree.find(parentId);
  if (!parent || ![parent, ...parentChain(tree, parent)].some(({ id }) => id === folder.id)) return;
  const where = parent.id === folder.id ? 'itself' : `"${parent.name}", which lies in it`;
  throw new RpcError('InvalidParams', `Folder "${folder.name}" cannot lie in ${where}. Name another \`parentId\`.`, {
    code: 'BUSINESS_RULE_VIOLATION',
  });
}

/** The folders with their places in `order`, each the same object where its place is the same. */
function number(folders: readonly Folder[], order: readonly Folder[]): Folder[] {
  const places = new Map(order.map(({ id }, place) => [id, place]));
  return folders.map((folder) => {
    const sortOrder = places.get(folder.id)!;
    return sortOrder === folder.sortOrder ? folder : { ...folder, sortOrder };
  });
}

function isSame(a: Folder, b: Folder): boolean {
  return (Object.keys(a) as (keyof Folder)[]).every((key) => a[key] === b[key]);
}

/** The children of a folder that goes, as they lie in its parent: in their order, after those that are there. */
export function inherit(tree: Tree, folder: Folder, now: number): Folder[] {
  const first = nextOrder(tree, folder.parentId);
  return tree
    .children(folder.id)
    .map((child, i) => ({ ...child, parentId: folder.parentId, sortOrder: first + i, updatedAt: now }));
}

/**
 * The folders that have another place when these come first among their siblings, in the order given, and the others
 * after them as they were. Throws InvalidParams for one that is unknown or named twice.
 */
export function reorder(tree: Tree, ids: readonly string[], now: number): Folder[] {
  const named = new Map<string | null, Folder[]>();
  const seen = new Set<string>();
  for (const id of ids) {
    const folder = tree.find(id);
    if (!folder) throw misordered(`There is no folder ${id}`, 'List them with folder/list.');
    if (seen.has(id)) throw misordered(`Folder ${id} is named twice`, 'Name each once.');
    seen.add(id);
    named.set(folder.parentId, [...(named.get(folder.parentId) ?? []), folder]);
  }
  return [...named].flatMap(([parentId, first]) => {
    const siblings = tree.children(parentId);
    return number(siblings, [...first, ...siblings.filter(({ id }) => !seen.has(id))])
      .filter((folder) => folder !== tree.find(folder.id))
      .map((folder) => ({ ...folder, updatedAt: now }));
  });
}

function misordered(what: string, cure: string): RpcError {
  return new RpcError('InvalidParams', `${what}; nothing was reordered. ${cure}`);
}
