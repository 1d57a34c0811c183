/** Variables of sessions, set on folders and on the user, and the ports among them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DISABLED, MAX_VARIABLES } from '#protocol';
import { fourFiled as four } from '../../support/filed.js';
import { refused } from '../../support/refused.js';

test('variables merge by name, one can be disabled and set again, and each tells where it is from', (t) => {
  const { slice, a, b, c, set, sourceOf } = four(t);
  const user = { type: 'user' } as const;
  slice.call('preference/set', { environmentVars: { A: 'u', B: 'u', GONE: DISABLED } });
  set(a, { environmentVars: { A: 'a', B: DISABLED, C: 'a' } });
  set(b, { environmentVars: { A: DISABLED, B: 'b' } });
  assert.deepEqual(slice.call('preference/environment', { folderId: c.id }), {
    variables: { B: 'b', C: 'a' },
    details: [
      {
        key: 'A',
        value: 'a',
        source: sourceOf(b),
        isDisabled: true,
        isOverridden: true,
        originalValue: 'a',
        originalSource: sourceOf(a),
      },
      { key: 'B', value: 'b', source: sourceOf(b), isDisabled: false, isOverridden: false },
      { key: 'C', value: 'a', source: sourceOf(a), isDisabled: false, isOverridden: false },
      { key: 'GONE', value: '', source: user, isDisabled: true, isOverridden: false },
    ],
    disabledKeys: ['A', 'GONE'],
  });
  assert.deepEqual(slice.preferences.resolve('ann', c.id).variables, { B: sourceOf(b), C: sourceOf(a) });
  const { details } = slice.call('preference/environment', { folderId: a.id });
  assert.deepEqual(details[0], {
    key: 'A',
    value: 'a',
    source: sourceOf(a),
    isDisabled: false,
    isOverridden: true,
    originalValue: 'u',
    originalSource: user,
  });
  set(b, { environmentVars: { D: 'only' } });
  assert.deepEqual(slice.preferences.resolve('ann', b.id).preferences.environmentVars, { A: 'a', C: 'a', D: 'only' });
});

test('variables can be set and unset one by one, on a folder and on the user', (t) => {
  const { slice, a } = four(t);
  const { id: folderId } = a;
  slice.call('preference/setVariables', { folderId, variables: { A: '1', B: '2' } });
  const changed = slice.call('preference/setVariables', { folderId, variables: { B: '', C: '3' }, unset: ['A', 'X'] });
  assert.deepEqual(changed.variables, { B: '', C: '3' });
  assert.deepEqual(slice.heard(), ['preference/changed a', 'preference/changed a']);
  assert.deepEqual(slice.call('preference/setVariables', { variables: { B: 'u' } }).variables, { B: 'u' });
  assert.deepEqual(slice.heard(), ['preference/changed null']);
  assert.deepEqual(slice.preferences.resolve('ann', folderId).preferences.environmentVars, { B: '', C: '3' });
  assert.deepEqual(slice.call('preference/setVariables', { folderId, unset: ['B', 'C'] }).variables, {});
  assert.deepEqual(slice.call('preference/getFolder', { folderId }), { preferences: null });
  assert.throws(
    () => slice.call('preference/setVariables', { folderId, variables: { A: '1' }, unset: ['A'] }),
    refused('InvalidParams', /^A is in `variables` and in `unset`\. Name it in one of them\.$/),
  );
});

test('names and values of variables have bounds, and so has their number', (t) => {
  const { slice, a } = four(t);
  const { id: folderId } = a;
  const set = (variables: Record<string, string>) => slice.call('preference/setVariables', { folderId, variables });
  for (const name of ['a', '1A', '_A', 'A-B', 'Ä', '']) assert.throws(() => set({ [name]: 'x' }), name);
  assert.throws(() => set({ A: 'x'.repeat(10_241) }));
  assert.throws(() => set({ A: 'x\0' }));
  set({ A: 'x'.repeat(10_240) });
  const many = (from: number, to: number) =>
    Object.fromEntries(Array.from({ length: to - from }, (_, i) => [`V${from + i}`, '']));
  assert.throws(() => set(many(0, MAX_VARIABLES + 1)));
  set(many(1, MAX_VARIABLES));
  assert.throws(
    () => set({ MORE: '' }),
    refused('InvalidParams', /^1001 variables would be set here; at most 1000 can be\./),
  );
  slice.call('preference/setVariables', { folderId, variables: { MORE: '' }, unset: ['A'] });
});

test('a port that another folder has is a conflict with a free one suggested, and is stored all the same', (t) => {
  const { slice, a, b, c, set } = four(t);
  set(a, { environmentVars: { PORT: '3000', WEB_PORT: '8079', PORT_ADMIN: '4000', SPORT: '5000', HOST: '6000' } });
  const variables = { API_PORT: '3000', ADMIN_PORT: '4000', X_PORT: '4000', Y_PORT: '4001', SPORT: '5000' };
  const conflict = (variableName: string, port: number, conflictingVariableName: string, suggestedPort: number) => ({
    port,
    variableName,
    conflictingFolder: { id: a.id, name: 'a' },
    conflictingVariableName,
    suggestedPort,
  });
  const expected = {
    conflicts: [
      conflict('API_PORT', 3000, 'PORT', 3002),
      conflict('ADMIN_PORT', 4000, 'PORT_ADMIN', 4002),
      conflict('X_PORT', 4000, 'PORT_ADMIN', 4003),
    ],
    hasConflicts: true,
  };
  assert.deepEqual(slice.call('preference/validatePorts', { folderId: b.id, environmentVars: variables }), expected);
  assert.deepEqual(slice.call('preference/getFolder', { folderId: b.id }), { preferences: null });
  const stored = set(b, { environmentVars: variables });
  assert.deepEqual([stored.portValidation, stored.preferences.environmentVars], [expected, variables]);
  const merged = slice.call('preference/setVariables', { folderId: b.id, variables: { X: 'x' } });
  assert.deepEqual(merged.portValidation, expected);
  assert.deepEqual(set(c, { environmentVars: { PORT: '8079' } }).portValidation.conflicts[0]?.suggestedPort, 8081);
  const bobs = slice.made('bobs', null, 'bob').id;
  const elsewhere = { folderId: bobs, environmentVars: variables };
  assert.deepEqual(slice.call('preference/validatePorts', elsewhere, 'bob').conflicts, []);
  slice.call('preference/clearFolder', { folderId: a.id });
  assert.equal(set(b, { theme: 'x' }).portValidation.hasConflicts, false);
});

test('only plain numbers from 1024 to 65535 are ports, and above the highest there is none to suggest', (t) => {
  const { slice, a, b, set } = four(t);
  const values = ['1023', '1024', '65535', '65536', '04000', '4000 ', '0x1000', '4e3', '', DISABLED];
  const environmentVars = Object.fromEntries(values.map((value, i) => [`V${i}_PORT`, value]));
  set(a, { environmentVars });
  const { conflicts } = slice.call('preference/validatePorts', { folderId: b.id, environmentVars });
  assert.deepEqual(
    conflicts.map(({ port, suggestedPort }) => [port, suggestedPort]),
    [
      [1024, 1025],
      [65_535, null],
    ],
  );
});
