/** Folders under any sequence of changes, beside a model too simple to be wrong. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Folder } from '#protocol';
import { createFolderStore } from '../../../daemon/folders/store.js';
import { type Filed, openFiled } from '../../support/filed.js';
import { folderFor } from '../../support/whole.js';

/** A folder as the model has it: what lies in it, in order. */
interface Node {
  readonly id: string;
  parent: Node | undefined;
  children: Node[];
}

interface Model {
  readonly root: Node;
  readonly nodes: Map<string, Node>;
}

type Step = (model: Model, slice: Filed) => void;

/** Numbers stand for folders: of those that are there, the n-th, modulo their number; the root for 0 where it may be. */
const pick = fc.nat(1000);
const nth = <T>(all: readonly T[], n: number): T | undefined => all[n % all.length];
const withRoot = ({ root, nodes }: Model) => [root, ...nodes.values()];
const idOf = (node: Node) => node.id || null;

const make = pick.map(
  (n): Step =>
    (model, slice) => {
      const parent = nth(withRoot(model), n)!;
      const { id } = slice.made(`folder ${model.nodes.size}`, idOf(parent));
      const node = { id, parent, children: [] };
      parent.children.push(node);
      model.nodes.set(id, node);
    },
);

const move = fc.tuple(pick, pick, fc.option(fc.nat(6), { nil: undefined })).map(
  ([n, m, sortOrder]): Step =>
    (model, slice) => {
      const node = nth([...model.nodes.values()], n);
      const into = nth(withRoot(model), m)!;
      if (!node) return;
      const go = () => slice.call('folder/update', { id: node.id, parentId: idOf(into), sortOrder });
      for (let at: Node | undefined = into; at; at = at.parent)
        if (at === node) return assert.throws(go, /cannot lie in/);
      go();
      if (into === node.parent && sortOrder === undefined) return;
      const old = node.parent!;
      old.children = old.children.filter((child) => child !== node);
      into.children.splice(sortOrder ?? into.children.length, 0, node);
      node.parent = into;
    },
);

const remove = pick.map(
  (n): Step =>
    (model, slice) => {
      const node = nth([...model.nodes.values()], n);
      if (!node) return;
      slice.call('folder/delete', { id: node.id });
      const parent = node.parent!;
      parent.children = [...parent.children.filter((child) => child !== node), ...node.children];
      for (const child of node.children) child.parent = parent;
      model.nodes.delete(node.id);
    },
);

const order = fc.array(pick, { minLength: 1, maxLength: 8 }).map(
  (ns): Step =>
    (model, slice) => {
      const named = [...new Set(ns.map((n) => nth([...model.nodes.values()], n)))].filter((node) => node !== undefined);
      if (named.length === 0) return;
      slice.call('folder/reorder', { folderIds: named.map(({ id }) => id) });
      for (const parent of withRoot(model)) {
        const first = named.filter((node) => node.parent === parent);
        parent.children = [...first, ...parent.children.filter((child) => !first.includes(child))];
      }
    },
);

const steps = fc.array(
  fc.oneof({ arbitrary: make, weight: 5 }, { arbitrary: move, weight: 4 }, remove, { arbitrary: order, weight: 2 }),
  { maxLength: 60 },
);

/** Depth first, each with its parent. */
const flat = (node: Node): [string, string | null][] =>
  node.children.flatMap((child) => [[child.id, idOf(node)] as [string, string | null], ...flat(child)]);

function check({ root, nodes }: Model, folders: readonly Folder[]): void {
  assert.deepEqual(
    folders.map(({ id, parentId }) => [id, parentId]),
    flat(root),
  );
  assert.equal(folders.length, nodes.size);
  const places = folders.map(({ parentId, sortOrder }) => `${parentId} ${sortOrder}`);
  assert.equal(new Set(places).size, places.length, 'two siblings share a place');
}

/** What others were told leads to the same folders. */
function retold(slice: Filed): Folder[] {
  const known = new Map<string, Folder>();
  for (const { name, params } of slice.told) {
    if (name === 'folder/deleted') known.delete(params.folder.id);
    else known.set(params.folder.id, params.folder);
  }
  return [...known.values()];
}

const byId = (folders: Iterable<Folder>) => [...folders].sort((a, b) => (a.id < b.id ? -1 : 1));

test('whatever is done, folders lie where a simple model says, none is lost, and disk and events agree', () => {
  fc.assert(
    fc.property(steps, (done) => {
      const slice = openFiled();
      const model: Model = { root: { id: '', parent: undefined, children: [] }, nodes: new Map() };
      for (const step of done) {
        step(model, slice);
        check(model, slice.folders.list('ann'));
      }
      assert.deepEqual(createFolderStore(slice.db).list('ann'), slice.folders.list('ann'));
      assert.deepEqual(byId(retold(slice)), byId(slice.folders.list('ann')));
      slice.close();
    }),
    { numRuns: 150 },
  );
});

test('folders are the same after the end of the process, field by field', (t) => {
  const path = join(folderFor(t), 'rdv.db');
  const first = openFiled(path);
  const a = first.call('folder/create', { name: "ü'\u0000\x1b[31m", path: '/src/ä b' });
  const b = first.made('b', a.id);
  first.call('folder/update', { id: b.id, collapsed: true });
  first.made('bobs', null, 'bob');
  const before = ['ann', 'bob'].map((user) => first.folders.list(user));
  first.close();
  const second = openFiled(path);
  t.after(second.close);
  assert.deepEqual(
    ['ann', 'bob'].map((user) => second.folders.list(user)),
    before,
  );
});

test('folders may lie in each other ten thousand deep', () => {
  const first = openFiled();
  const ids = Array.from({ length: 10_000 }, () => randomUUID());
  const { db } = first;
  const insert = db.prepare("INSERT INTO folder VALUES (?, 'ann', ?, ?, NULL, 0, 0, 1, 1)");
  db.transaction(() => {
    for (const [i, id] of ids.entries()) insert.run(id, ids[i - 1] ?? null, `${i}`);
  })();
  const slice = openFiled(db);
  const [top, deepest] = [ids[0]!, ids.at(-1)!];
  const { parentChain } = slice.call('folder/context', { id: deepest });
  assert.deepEqual([parentChain.length, parentChain.at(-1)?.name], [9999, '0']);
  const { folders } = slice.call('folder/list', {});
  assert.deepEqual(
    folders.map(({ id }) => id),
    ids,
  );
  assert.throws(() => slice.call('folder/update', { id: top, parentId: deepest }), /cannot lie in/);
  slice.call('folder/delete', { id: top });
  assert.equal(slice.folders.list('ann')[0]?.id, ids[1]);
  slice.close();
});
