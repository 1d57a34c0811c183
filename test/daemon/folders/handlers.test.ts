/** The folder methods over real SQLite. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { sealedJson } from '../../../daemon/rpc/seal.js';
import { filed } from '../../support/filed.js';
import { refused } from '../../support/refused.js';

/** `a(b(d,e),c)` */
function five(t: TestContext) {
  const slice = filed(t);
  const a = slice.made('a');
  const [b, c] = [slice.made('b', a.id), slice.made('c', a.id)];
  const [d, e] = [slice.made('d', b.id), slice.made('e', b.id)];
  assert.equal(slice.drawn(), 'a(b(d,e),c)');
  slice.heard();
  return { slice, a, b, c, d, e };
}

test('a folder is made as the last of its siblings, its name trimmed, and told', (t) => {
  const slice = filed(t);
  const a = slice.call('folder/create', { name: '  häuser  ', path: '/src/a' });
  assert.deepEqual(slice.told, [
    { user: 'ann', name: 'folder/created', params: { folder: a, seq: 1, at: a.createdAt + 1 } },
  ]);
  const { id, createdAt, ...rest } = a;
  assert.deepEqual(rest, {
    userId: 'ann',
    parentId: null,
    name: 'häuser',
    path: '/src/a',
    collapsed: false,
    sortOrder: 0,
    updatedAt: createdAt,
  });
  assert.deepEqual(slice.call('folder/get', { id }), a);
  const b = slice.made('b', id);
  assert.deepEqual([b.parentId, b.sortOrder, slice.made('c', id).sortOrder], [id, 0, 1]);
  assert.throws(() => slice.made('   '));
  for (const parentId of [randomUUID(), slice.made('bobs', null, 'bob').id])
    assert.throws(() => slice.made('x', parentId), refused('NotFound', /^No folder /, 'FOLDER_NOT_FOUND'));
});

test("another user's folder is not found by any method, in the words of one that never was", (t) => {
  const slice = filed(t);
  const { id } = slice.made('bobs', null, 'bob');
  const words = new RegExp(`^No folder ${id}\\. List them with folder/list\\.$`);
  for (const name of ['folder/get', 'folder/update', 'folder/delete', 'folder/children', 'folder/context'] as const)
    assert.throws(() => slice.call(name, { id }), refused('NotFound', words, 'FOLDER_NOT_FOUND'), name);
  const unordered = new RegExp(`^There is no folder ${id}; nothing was reordered`);
  assert.throws(() => slice.call('folder/reorder', { folderIds: [id] }), refused('InvalidParams', unordered));
  assert.deepEqual(slice.call('folder/list', {}), { folders: [], sessionFolders: {} });
  assert.equal(slice.drawn('bob'), 'bobs');
});

test('what is given of a folder is changed and told once, what is not stays, and nothing new is not told', (t) => {
  const { slice, b } = five(t);
  const changed = slice.call('folder/update', { id: b.id, name: ' B ', path: '/src/b', collapsed: true });
  assert.deepEqual({ ...changed, updatedAt: 0 }, { ...b, name: 'B', path: '/src/b', collapsed: true, updatedAt: 0 });
  assert.ok(changed.updatedAt > b.updatedAt);
  assert.deepEqual(
    slice.told.map(({ name, params }) => [name, params.folder]),
    [['folder/changed', changed]],
  );
  assert.deepEqual(slice.heard(), ['folder/changed B']);
  assert.equal(slice.call('folder/update', { id: b.id, path: null }).path, null);
  slice.heard();
  const same = slice.call('folder/get', { id: b.id });
  assert.deepEqual(slice.call('folder/update', { id: b.id }), same);
  assert.deepEqual(slice.call('folder/update', { id: b.id, name: 'B', parentId: b.parentId, sortOrder: 0 }), same);
  assert.deepEqual(slice.heard(), []);
});

test('a folder is moved to the end of another, or to a place in it, and only those with another place are told', (t) => {
  const { slice, a, b, c, e } = five(t);
  slice.call('folder/update', { id: e.id, parentId: a.id });
  assert.deepEqual([slice.drawn(), slice.heard()], ['a(b(d),c,e)', ['folder/changed e']]);
  slice.call('folder/update', { id: e.id, parentId: null, sortOrder: 0 });
  assert.deepEqual([slice.drawn(), slice.heard()], ['e,a(b(d),c)', ['folder/changed e', 'folder/changed a']]);
  slice.call('folder/update', { id: b.id, sortOrder: 999 });
  assert.deepEqual([slice.drawn(), slice.heard()], ['e,a(c,b(d))', ['folder/changed b', 'folder/changed c']]);
  assert.equal(slice.call('folder/update', { id: c.id, parentId: e.id }).sortOrder, 0);
  for (const parentId of [randomUUID(), slice.made('bobs', null, 'bob').id])
    assert.throws(() => slice.call('folder/update', { id: c.id, parentId }), refused('NotFound', /^No folder /));
});

test('a folder cannot lie in itself, however far down', (t) => {
  const { slice, a, b, d } = five(t);
  const cases = [
    [a, a, /^Folder "a" cannot lie in itself\. Name another `parentId`\.$/],
    [a, b, /^Folder "a" cannot lie in "b", which lies in it\./],
    [a, d, /^Folder "a" cannot lie in "d", which lies in it\./],
  ] as const;
  for (const [folder, into, words] of cases) {
    const move = () => slice.call('folder/update', { id: folder.id, name: 'new', parentId: into.id });
    assert.throws(move, refused('InvalidParams', words, 'BUSINESS_RULE_VIOLATION'));
  }
  assert.deepEqual([slice.drawn(), slice.heard()], ['a(b(d,e),c)', []]);
});

test('a folder that goes leaves its children to its parent and its sessions to nobody, each told before it', (t) => {
  const { slice, a, b, d } = five(t);
  const [open, closed] = [slice.file(b.id), slice.file(b.id, { status: 'closed' })];
  const [below, other] = [slice.file(d.id), slice.file(a.id)];
  assert.deepEqual(slice.call('folder/delete', { id: b.id }), { success: true });
  assert.equal(slice.drawn(), 'a(c,d,e)');
  assert.deepEqual(slice.told.at(-1)?.params.folder, b);
  assert.deepEqual(slice.heard(), [
    'folder/changed d',
    'folder/changed e',
    `session/changed ${open.name}`,
    `session/changed ${closed.name}`,
    'folder/deleted b',
  ]);
  const where = [open, closed, below, other].map(({ id }) => slice.store.find(id)?.folderId);
  assert.deepEqual(where, [null, null, d.id, a.id]);
  const rows = slice.db.prepare('SELECT id, folder_id FROM session ORDER BY tab_order').raw().all();
  assert.deepEqual(
    rows,
    [open, closed, below, other].map(({ id }, i) => [id, where[i]]),
  );
  slice.call('folder/delete', { id: a.id });
  assert.equal(slice.drawn(), 'c,d,e');
});

test('a removal that fails on the way changes nothing, on disk or in memory', (t) => {
  const { slice, b } = five(t);
  const session = slice.file(b.id);
  slice.db.exec("CREATE TRIGGER no BEFORE DELETE ON folder BEGIN SELECT RAISE(ABORT, 'disk full'); END");
  assert.throws(() => slice.call('folder/delete', { id: b.id }), /disk full/);
  assert.equal(slice.db.prepare('SELECT COUNT(*) FROM folder WHERE parent_id = ?').pluck().get(b.id), 2);
  assert.deepEqual([slice.drawn(), slice.heard()], ['a(b(d,e),c)', []]);
  assert.equal(slice.store.find(session.id)?.folderId, b.id);
});

test('folders that are named come first among their siblings; the others follow as they were', (t) => {
  const { slice, a, b, c, d, e } = five(t);
  const f = slice.made('f', a.id);
  slice.heard();
  assert.deepEqual(slice.call('folder/reorder', { folderIds: [f.id, e.id] }), { success: true });
  assert.equal(slice.drawn(), 'a(f,b(e,d),c)');
  assert.deepEqual(
    slice.heard().sort(),
    ['b', 'c', 'd', 'e', 'f'].map((name) => `folder/changed ${name}`),
  );
  slice.call('folder/reorder', { folderIds: [f.id, b.id, c.id] });
  assert.deepEqual(slice.heard(), []);
  const unknown = randomUUID();
  const wrong = [
    [[c.id, unknown], new RegExp(`^There is no folder ${unknown}; nothing was reordered\\. List them`)],
    [[c.id, d.id, c.id], new RegExp(`^Folder ${c.id} is named twice; nothing was reordered\\. Name each once\\.$`)],
  ] as const;
  for (const [folderIds, words] of wrong)
    assert.throws(() => slice.call('folder/reorder', { folderIds: [...folderIds] }), refused('InvalidParams', words));
  assert.deepEqual([slice.drawn(), slice.heard()], ['a(f,b(e,d),c)', []]);
});

test('the list has parents before children and tells where each open session lies', (t) => {
  const { slice, a, b, c, d, e } = five(t);
  const session = slice.file(d.id);
  const waiting = slice.file(a.id, { status: 'suspended' });
  slice.file(d.id, { status: 'closed' });
  slice.file(d.id, { status: 'trashed' });
  slice.file(null);
  slice.file(slice.made('bobs', null, 'bob').id, { userId: 'bob' });
  const list = slice.call('folder/list', {});
  assert.deepEqual(list, {
    folders: [a, b, d, e, c],
    sessionFolders: { [session.id]: d.id, [waiting.id]: a.id },
  });
  assert.deepEqual(slice.call('folder/children', { id: b.id }), { folders: [d, e] });
  assert.deepEqual(slice.call('folder/children', { id: e.id }), { folders: [] });
});

test('a list that did not change is built and serialised once', (t) => {
  const { slice, d, e } = five(t);
  const session = slice.file(d.id);
  const list = () => slice.call('folder/list', {});
  const first = list();
  assert.ok(sealedJson('folder/list', first));
  slice.store.touch(new Map([[session.id, 9999]]));
  assert.equal(list(), first);
  slice.store.save({ ...session, folderId: e.id });
  assert.deepEqual(list().sessionFolders, { [session.id]: e.id });
  slice.call('folder/update', { id: e.id, name: 'E' });
  assert.ok(list().folders.some(({ name }) => name === 'E'));
});

test('the context of a folder is all there is to know of it', (t) => {
  const { slice, a, b, d, e } = five(t);
  const [second, first] = [slice.file(b.id, { tabOrder: 2 }), slice.file(b.id, { tabOrder: 1, status: 'suspended' })];
  slice.file(b.id, { status: 'closed' });
  slice.file(d.id);
  const { preferences, ...rest } = slice.call('folder/context', { id: b.id });
  const expected = { folder: b, projectMetadata: null, children: [d, e], parentChain: [a], sessions: [first, second] };
  assert.deepEqual(rest, expected);
  assert.equal(preferences.defaultShell, '/bin/zsh');
  assert.deepEqual(slice.call('folder/context', { id: d.id }).parentChain, [b, a]);
});
