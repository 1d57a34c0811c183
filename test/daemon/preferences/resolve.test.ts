/** What holds in any folder of any tree, beside a model too simple to be wrong. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DISABLED, type Folder, type Preferences, type Source } from '#protocol';
import { type Filed, openFiled } from '../../support/filed.js';

type Settings = Record<string, any>;

const some = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { freq: 2 });
const variables = fc.dictionary(
  fc.constantFrom('A', 'B', 'PORT', 'WEB_PORT'),
  fc.constantFrom('1', '2', '4000', '4001', DISABLED),
);
const user = fc.record({
  theme: some('t1', 't2'),
  fontSize: some(9, 10),
  startupCommand: some('', 'ls'),
  defaultWorkingDirectory: some('/set/1', '/set/2'),
  environmentVars: fc.option(variables),
});
const folder = fc.record({
  /** Lies in the one before it by so many, or at the root. */
  back: fc.nat(4),
  path: some('/path/1', '/path/2'),
  settings: fc.record({
    ...{ theme: some('t1', 't2'), fontSize: some(9, 10), startupCommand: some('', 'ls') },
    defaultWorkingDirectory: some('/set/1', '/set/2'),
    githubRepoId: some('r1', 'r2'),
    localRepoPath: some('/repo/1', '/repo/2'),
    environmentVars: fc.option(variables),
  }),
});
const world = fc.record({ user, folders: fc.array(folder, { minLength: 1, maxLength: 10 }), gone: fc.nat(20) });

/** What was set, as it was asked for, by id; that of the user under ''. */
type Asked = Map<string, Settings>;

function build({ user, folders, gone }: typeof world extends fc.Arbitrary<infer W> ? W : never) {
  const slice = openFiled();
  const asked: Asked = new Map([['', user]]);
  slice.call('preference/set', user);
  const ids: string[] = [];
  for (const [i, { back, path, settings }] of folders.entries()) {
    const parentId = back === 0 ? null : (ids[i - back] ?? null);
    const { id } = slice.call('folder/create', { name: `f${i}`, parentId, path });
    slice.call('preference/setFolder', { folderId: id, ...settings });
    asked.set(id, settings);
    ids.push(id);
  }
  const removed = ids[gone];
  if (removed !== undefined) {
    slice.call('folder/delete', { id: removed });
    asked.delete(removed);
  }
  return { slice, asked };
}

/** From the folder to the root, then the user, then what is built in. */
function places(slice: Filed, asked: Asked, folder: Folder | undefined): { source: Source; set: Settings }[] {
  if (!folder)
    return [
      { source: { type: 'user' }, set: asked.get('')! },
      { source: { type: 'default' }, set: slice.defaults },
    ];
  const own = asked.get(folder.id)!;
  const set = { ...own, defaultWorkingDirectory: own.defaultWorkingDirectory ?? folder.path };
  const source = { type: 'folder', folderId: folder.id, folderName: folder.name } as const;
  return [{ source, set }, ...places(slice, asked, slice.folders.find(folder.parentId ?? ''))];
}

/** All that is set under a name, the nearest first. */
const found = (all: ReturnType<typeof places>, get: (set: Settings) => unknown) =>
  all.map(({ source, set }) => ({ source, value: get(set) ?? null })).filter(({ value }) => value !== null);

function check(slice: Filed, asked: Asked, folder: Folder | undefined): void {
  const all = places(slice, asked, folder);
  const { preferences, sources, variables } = slice.preferences.resolve('ann', folder?.id ?? null);
  const explained = slice.call('preference/explain', { folderId: folder?.id ?? null });
  assert.deepEqual(explained.preferences, preferences);
  const environment: Record<string, string> = {};
  for (const { key, value, source, hides } of explained.keys) {
    const [noun, name] = key.split('.');
    const expected = found(all, (set) => (name ? set.environmentVars?.[name] : set[noun!]));
    const shown = expected.map((each) => ({ ...each, value: each.value === DISABLED ? null : each.value }));
    assert.deepEqual(
      [{ value, source }, ...hides],
      shown.length > 0 ? shown : [{ value: null, source: { type: 'default' } }],
      key,
    );
    if (name) {
      if (value === null) continue;
      environment[name] = String(value);
      assert.deepEqual(variables[name], source);
    } else {
      assert.deepEqual(preferences[noun as keyof Preferences], value);
      assert.deepEqual(sources[noun as keyof typeof sources], source);
    }
  }
  assert.deepEqual(preferences.environmentVars, environment);
  assert.deepEqual(Object.keys(variables).sort(), Object.keys(environment).sort());
  if (folder) checkDetails(slice, all, folder, environment);
}

function checkDetails(slice: Filed, all: ReturnType<typeof places>, { id }: Folder, variables: object): void {
  const told = slice.call('preference/environment', { folderId: id });
  assert.deepEqual(told.variables, variables);
  for (const name of ['A', 'B', 'PORT', 'WEB_PORT']) {
    const detail = told.details.find(({ key }) => key === name);
    const [nearest, next] = found(all, (set) => set.environmentVars?.[name]);
    assert.equal(detail === undefined, nearest === undefined);
    assert.equal(told.disabledKeys.includes(name), nearest?.value === DISABLED);
    if (!detail) continue;
    const inherited = next?.value === DISABLED ? undefined : next;
    const own = nearest?.value === DISABLED ? (inherited?.value ?? '') : nearest?.value;
    assert.deepEqual(
      [detail.value, detail.source, detail.isDisabled, detail.isOverridden],
      [own, nearest?.source, nearest?.value === DISABLED, inherited !== undefined],
    );
    assert.deepEqual([detail.originalValue, detail.originalSource], [inherited?.value, inherited?.source]);
  }
}

/** Each folder's ports in conflict, with every folder that has them too. */
function checkPorts(slice: Filed, asked: Asked): void {
  const port = (id: string, name: string): string | undefined => asked.get(id)?.environmentVars?.[name];
  const names = ['PORT', 'WEB_PORT'];
  for (const { id } of slice.folders.list('ann')) {
    const environmentVars = asked.get(id)?.environmentVars ?? {};
    const { conflicts } = slice.call('preference/validatePorts', { folderId: id, environmentVars });
    const others = slice.folders.list('ann').filter((other) => other.id !== id);
    const held = (value: string | undefined) =>
      others.some((other) => names.some((name) => port(other.id, name) === value));
    const expected = names.filter((name) => port(id, name)?.startsWith('400') && held(port(id, name)));
    assert.deepEqual(conflicts.map(({ variableName }) => variableName).sort(), expected);
    for (const { port: given, conflictingFolder, conflictingVariableName, suggestedPort } of conflicts) {
      assert.equal(port(conflictingFolder.id, conflictingVariableName), String(given));
      assert.ok(suggestedPort! > given && !held(String(suggestedPort)));
    }
    assert.equal(new Set(conflicts.map(({ suggestedPort }) => suggestedPort)).size, conflicts.length);
  }
}

test('in any tree every value is the nearest one set, explained, and the same after a restart', () => {
  fc.assert(
    fc.property(world, (wanted) => {
      const { slice, asked } = build(wanted);
      const again = openFiled(slice.db);
      for (const folder of [undefined, ...slice.folders.list('ann')]) {
        check(slice, asked, folder);
        const folderId = folder?.id ?? null;
        assert.deepEqual(
          again.call('preference/explain', { folderId }),
          slice.call('preference/explain', { folderId }),
        );
      }
      assert.deepEqual(again.call('preference/get', {}), slice.call('preference/get', {}));
      checkPorts(slice, asked);
      slice.close();
    }),
    { numRuns: 100 },
  );
});
