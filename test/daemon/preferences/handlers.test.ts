/** The preference methods over real SQLite. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { DISABLED } from '#protocol';
import { usual } from '../../../daemon/injection/policy.js';
import { filed, fourFiled as four, openFiled } from '../../support/filed.js';
import { refused } from '../../support/refused.js';

const nothing = {
  defaultWorkingDirectory: null,
  defaultShell: null,
  startupCommand: null,
  theme: null,
  ...{ fontSize: null, fontFamily: null, xtermScrollback: null, tmuxHistoryLimit: null },
  ...{ orchestrator: null, deniedCommands: null, auditInjectedText: null },
  environmentVars: null,
};
const nothingOfUser = {
  userId: 'ann',
  ...nothing,
  activeFolderId: null,
  pinnedFolderId: null,
  autoFollowActiveSession: true,
  orchestratorFirstMode: false,
  updatedAt: 0,
};

test('where nothing is set there is nothing but what is built in', (t) => {
  const slice = filed(t);
  assert.deepEqual(slice.call('preference/get', {}), {
    userSettings: nothingOfUser,
    folderPreferences: [],
    folders: [],
    activeFolder: null,
  });
  assert.deepEqual(slice.preferences.resolve('ann', null).preferences, {
    defaultWorkingDirectory: '/home/ann',
    defaultShell: '/bin/zsh',
    startupCommand: '',
    theme: 'tokyo-night',
    fontSize: 14,
    fontFamily: 'monospace',
    xtermScrollback: 10_000,
    tmuxHistoryLimit: 10_000,
    orchestrator: 'watch',
    deniedCommands: [...usual.denied],
    auditInjectedText: false,
    environmentVars: {},
    githubRepoId: null,
    localRepoPath: null,
  });
});

test('what is set for the user holds, is told once, and null goes back to what is built in', (t) => {
  const slice = filed(t);
  const set = slice.call('preference/set', { theme: 'nord', fontSize: 9, orchestratorFirstMode: true });
  const expected = { ...nothingOfUser, theme: 'nord', fontSize: 9, orchestratorFirstMode: true };
  assert.deepEqual({ ...set, updatedAt: 0 }, expected);
  assert.deepEqual(slice.told, [
    { user: 'ann', name: 'preference/changed', params: { folderId: null, seq: 1, at: set.updatedAt + 1 } },
  ]);
  slice.heard();
  assert.deepEqual(slice.call('preference/set', { theme: 'nord' }), set);
  assert.deepEqual(slice.heard(), []);
  const { preferences, sources } = slice.preferences.resolve('ann', null);
  assert.deepEqual(
    [preferences.theme, sources.theme, sources.fontFamily],
    ['nord', { type: 'user' }, { type: 'default' }],
  );
  assert.equal(slice.preferences.resolve('bob', null).preferences.theme, 'tokyo-night');
  slice.call('preference/set', { theme: null });
  assert.equal(slice.preferences.resolve('ann', null).preferences.theme, 'tokyo-night');
});

test('setting nothing is refused, with the names of what can be set', (t) => {
  const { slice, a } = four(t);
  const { id: folderId } = a;
  const all = ['defaultWorkingDirectory', 'defaultShell', 'startupCommand', 'theme', 'fontSize', 'fontFamily'];
  const lists = [
    ...all,
    'xtermScrollback',
    'tmuxHistoryLimit',
    'orchestrator',
    'deniedCommands',
    'auditInjectedText',
    'environmentVars',
  ].join(', ');
  const switches = 'activeFolderId, pinnedFolderId, autoFollowActiveSession, orchestratorFirstMode';
  const words = (list: string) => new RegExp(`^Nothing was given to set\\. Give at least one of ${list}\\.$`);
  const refusals: [() => unknown, RegExp][] = [
    [() => slice.call('preference/set', {}), words(`${lists}, ${switches}`)],
    [() => slice.call('preference/set', { colour: 'red' } as never), words(`${lists}, ${switches}`)],
    [() => slice.call('preference/setFolder', { folderId }), words(`${lists}, githubRepoId, localRepoPath`)],
    [() => slice.call('preference/setVariables', { folderId }), /^Nothing was given to set\. Give `variables` /],
  ];
  for (const [call, said] of refusals) assert.throws(call, refused('InvalidParams', said, 'NO_UPDATES'));
  assert.deepEqual(slice.heard(), []);
});

test('the active folder is one of the user, a pinned one goes before it, and activating another unpins', (t) => {
  const { slice, a, b } = four(t);
  const active = () => slice.call('preference/get', {}).activeFolder?.name;
  const activate = (folderId: string | null, pinned?: boolean) => {
    const set = slice.call('preference/activate', { folderId, pinned });
    return [set.activeFolderId, set.pinnedFolderId];
  };
  assert.deepEqual([activate(a.id), active()], [[a.id, null], 'a']);
  assert.deepEqual([activate(b.id, true), active()], [[null, b.id], 'b']);
  slice.call('preference/set', { activeFolderId: a.id });
  assert.equal(active(), 'b');
  assert.deepEqual([activate(a.id), active()], [[a.id, null], 'a']);
  assert.deepEqual([activate(null), active()], [[null, null], undefined]);
  const others = slice.made('bobs', null, 'bob').id;
  slice.heard();
  for (const id of [others, randomUUID()]) {
    const notFound = refused('NotFound', /^No folder /, 'FOLDER_NOT_FOUND');
    assert.throws(() => activate(id), notFound);
    assert.throws(() => slice.call('preference/set', { activeFolderId: id, theme: 'x' }), notFound);
    assert.throws(() => slice.call('preference/set', { pinnedFolderId: id }), notFound);
  }
  assert.deepEqual(slice.heard(), []);
});

test('a folder that is deleted is neither active nor pinned any more, and what was set on it is gone', (t) => {
  const { slice, b, c, set, sourceOf } = four(t);
  set(b, { theme: 'nord', environmentVars: { PORT: '4000' } });
  set(c, { fontSize: 9 });
  slice.call('preference/set', { activeFolderId: b.id, pinnedFolderId: b.id, theme: 'mine' });
  slice.heard();
  slice.call('folder/delete', { id: b.id });
  assert.deepEqual(slice.heard(), ['folder/changed c', 'preference/changed null', 'folder/deleted b']);
  const { userSettings, folderPreferences, activeFolder } = slice.call('preference/get', {});
  assert.deepEqual([userSettings.activeFolderId, userSettings.pinnedFolderId, activeFolder], [null, null, null]);
  assert.deepEqual(
    folderPreferences.map(({ folderId }) => folderId),
    [c.id],
  );
  const { preferences, sources } = slice.preferences.resolve('ann', c.id);
  assert.deepEqual([preferences.theme, preferences.environmentVars], ['mine', {}]);
  assert.deepEqual(sources.fontSize, sourceOf(c));
  assert.deepEqual(set(c, { environmentVars: { PORT: '4000' } }).portValidation.conflicts, []);
  assert.equal(slice.db.prepare('SELECT COUNT(*) FROM folder_preference').pluck().get(), 1);
  slice.folders.insert(b);
  assert.deepEqual(slice.call('preference/getFolder', { folderId: b.id }), { preferences: null });
  assert.doesNotMatch(slice.db.prepare('SELECT settings FROM user_preference').pluck().get() as string, /Folder/);
});

test('a folder that went with a daemon before it was forgotten is not active either', (t) => {
  const { slice, d } = four(t);
  slice.call('preference/activate', { folderId: d.id });
  slice.db.prepare('DELETE FROM folder WHERE id = ?').run(d.id);
  const again = openFiled(slice.db);
  assert.equal(again.call('preference/get', {}).userSettings.activeFolderId, null);
});

test('what is set on a folder holds for all below it, until something nearer is set or it is cleared', (t) => {
  const { slice, a, b, c, set, sourceOf } = four(t);
  slice.call('preference/set', { theme: 'user', fontSize: 9 });
  const kept = set(a, { theme: 'a', githubRepoId: 'r1', localRepoPath: '/src/r1' });
  assert.deepEqual(
    { ...kept.preferences, updatedAt: 0 },
    {
      ...nothing,
      folderId: a.id,
      userId: 'ann',
      theme: 'a',
      githubRepoId: 'r1',
      localRepoPath: '/src/r1',
      updatedAt: 0,
    },
  );
  assert.deepEqual(kept.portValidation, { conflicts: [], hasConflicts: false });
  set(b, { theme: 'b' });
  const held = () => {
    const { theme, fontSize, githubRepoId, localRepoPath } = slice.preferences.resolve('ann', c.id).preferences;
    return [theme, fontSize, githubRepoId, localRepoPath];
  };
  assert.deepEqual(held(), ['b', 9, 'r1', '/src/r1']);
  assert.deepEqual(slice.preferences.resolve('ann', c.id).sources.theme, sourceOf(b));
  assert.deepEqual(slice.call('folder/context', { id: c.id }).preferences.theme, 'b');
  slice.heard();
  assert.deepEqual(slice.call('preference/clearFolder', { folderId: b.id }), { success: true });
  assert.deepEqual(slice.call('preference/clearFolder', { folderId: b.id }), { success: true });
  assert.deepEqual([held()[0], slice.heard()], ['a', ['preference/changed b']]);
  assert.equal(openFiled(slice.db).preferences.resolve('ann', c.id).preferences.theme, 'a');
  assert.deepEqual(slice.call('preference/getFolder', { folderId: b.id }), { preferences: null });
  assert.deepEqual(slice.call('preference/getFolder', { folderId: a.id }), { preferences: kept.preferences });
  slice.call('folder/update', { id: c.id, parentId: null });
  assert.deepEqual(held(), ['user', 9, null, null]);
  const cleared = set(a, { theme: null, githubRepoId: null, localRepoPath: null });
  assert.deepEqual(cleared.preferences, {
    ...kept.preferences,
    ...nothing,
    githubRepoId: null,
    localRepoPath: null,
    updatedAt: 0,
  });
  assert.deepEqual(slice.call('preference/getFolder', { folderId: a.id }), { preferences: null });
});

test("a folder's path is where its sessions start, before anything inherited, but not before what it has set itself", (t) => {
  const { slice, a, b, c, set, sourceOf } = four(t);
  const directory = (id: string) => {
    const { preferences, sources } = slice.preferences.resolve('ann', id);
    return [preferences.defaultWorkingDirectory, sources.defaultWorkingDirectory, preferences.localRepoPath];
  };
  slice.call('preference/set', { defaultWorkingDirectory: '/user' });
  set(a, { defaultWorkingDirectory: '/set/a' });
  slice.call('folder/update', { id: a.id, path: '/path/a' });
  assert.deepEqual(directory(c.id), ['/set/a', sourceOf(a), null]);
  slice.call('folder/update', { id: b.id, path: '/path/b' });
  assert.deepEqual(directory(c.id), ['/path/b', sourceOf(b), null]);
  set(a, { defaultWorkingDirectory: null });
  slice.call('folder/update', { id: b.id, path: null });
  assert.deepEqual(directory(c.id), ['/path/a', sourceOf(a), null]);
});

test('an explanation names every value, its source, and what it hides, the nearest first', (t) => {
  const { slice, a, b, set, sourceOf } = four(t);
  slice.call('preference/set', { theme: 'user', environmentVars: { A: 'u' } });
  set(a, { theme: 'a', environmentVars: { A: DISABLED } });
  set(b, { localRepoPath: '/src', environmentVars: { A: 'b' } });
  const { keys, preferences } = slice.call('preference/explain', { folderId: b.id });
  const of = (name: string) => keys.find(({ key }) => key === name);
  const [user, builtIn] = [{ type: 'user' }, { type: 'default' }] as const;
  assert.deepEqual(of('theme'), {
    key: 'theme',
    value: 'a',
    source: sourceOf(a),
    hides: [
      { value: 'user', source: user },
      { value: 'tokyo-night', source: builtIn },
    ],
  });
  assert.deepEqual(of('environmentVars.A'), {
    key: 'environmentVars.A',
    value: 'b',
    source: sourceOf(b),
    hides: [
      { value: null, source: sourceOf(a) },
      { value: 'u', source: user },
    ],
  });
  assert.deepEqual(of('localRepoPath'), { key: 'localRepoPath', value: '/src', source: sourceOf(b), hides: [] });
  assert.deepEqual(of('githubRepoId'), { key: 'githubRepoId', value: null, source: builtIn, hides: [] });
  assert.equal(keys.length, 14);
  assert.deepEqual(preferences, slice.preferences.resolve('ann', b.id).preferences);
  const alone = slice.call('preference/explain', {});
  assert.deepEqual([alone.preferences.theme, alone.keys.length], ['user', 14]);
  const inA = slice.call('preference/explain', { folderId: a.id }).keys.at(-1);
  assert.deepEqual([inA?.value, inA?.source], [null, sourceOf(a)]);
});

test('a repository is where a folder of the user says it has it', (t) => {
  const { slice, b, c, d, set } = four(t);
  set(b, { githubRepoId: 'r1' });
  set(c, { githubRepoId: 'r1', localRepoPath: '/src/r1' });
  set(d, { localRepoPath: '/src/other' });
  const { repositoryPath } = slice.preferences;
  assert.deepEqual(
    [repositoryPath('ann', 'r1'), repositoryPath('ann', 'r2'), repositoryPath('bob', 'r1')],
    ['/src/r1', undefined, undefined],
  );
});

test("another user's folder is not found by any method", (t) => {
  const slice = filed(t);
  const { id: folderId } = slice.made('bobs', null, 'bob');
  const calls: (() => unknown)[] = [
    () => slice.call('preference/getFolder', { folderId }),
    () => slice.call('preference/setFolder', { folderId, theme: 'x' }),
    () => slice.call('preference/setFolder', { folderId }),
    () => slice.call('preference/clearFolder', { folderId }),
    () => slice.call('preference/setVariables', { folderId, variables: { A: '1' } }),
    () => slice.call('preference/environment', { folderId }),
    () => slice.call('preference/validatePorts', { folderId, environmentVars: {} }),
    () => slice.call('preference/explain', { folderId }),
    () => slice.preferences.resolve('ann', folderId),
  ];
  for (const call of calls) assert.throws(call, refused('NotFound', /^No folder /, 'FOLDER_NOT_FOUND'), String(call));
});

test('what a newer version has written is not lost, and what does not fit here counts as not set', (t) => {
  const { slice, a } = four(t);
  const newer = { theme: 'nord', fontSize: 500, sound: { bell: true }, environmentVars: { A: '1' } };
  slice.db.prepare('INSERT INTO folder_preference VALUES (?, ?, 7)').run(a.id, JSON.stringify(newer));
  slice.db.prepare("INSERT INTO user_preference VALUES ('ann', ?, 7)").run(JSON.stringify({ sound: 'on' }));
  const again = openFiled(slice.db);
  const { theme, fontSize, environmentVars } = again.preferences.resolve('ann', a.id).preferences;
  assert.deepEqual([theme, fontSize, environmentVars], ['nord', 14, { A: '1' }]);
  again.call('preference/setFolder', { folderId: a.id, theme: null, fontFamily: 'mono' });
  again.call('preference/set', { theme: 'x' });
  again.call('preference/set', { theme: null });
  const { theme: _, ...rest } = newer;
  const written = (table: string) =>
    JSON.parse(slice.db.prepare(`SELECT settings FROM ${table}`).pluck().get() as string);
  assert.deepEqual(written('folder_preference'), { ...rest, fontFamily: 'mono' });
  assert.deepEqual(written('user_preference'), { sound: 'on' });
});
