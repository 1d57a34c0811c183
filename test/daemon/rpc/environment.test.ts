/** Variables that change how programs load, and who may not set them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MethodName, Params } from '#protocol';
import { refuseLoaders } from '../../../daemon/rpc/environment.js';
import type { Identity } from '../../../daemon/rpc/identity.js';
import { filed } from '../../support/filed.js';
import { identityOf } from '../../support/identity.js';
import { openMemory } from '../../support/memory.js';
import { refused } from '../../support/refused.js';

const every = () => true;
const reach = { name: 'x', session: every, folder: every, orchestrator: every, watched: every };
const others: Readonly<Record<string, Identity>> = {
  'a session': identityOf('ann', ['write'], { kind: 'ses', reach }),
  'an assistant': identityOf('ann', ['write'], { kind: 'mcp' }),
  'a token of a part of the tree': identityOf('ann', ['write'], { reach }),
};

const loaders =
  'LD_PRELOAD LD_LIBRARY_PATH DYLD_INSERT_LIBRARIES NODE_OPTIONS PATH BASH_ENV ENV PYTHONSTARTUP PERL5OPT GIT_SSH_COMMAND RDV_TOKEN ld_preload';
const harmless = 'EDITOR TERM NODE_ENV PORT PATHS MY_PATH XLD_PRELOAD OLD_PATH LANG A';

for (const [who, identity] of Object.entries(others)) {
  test(`${who} sets no variable that changes how programs load, and any other`, () => {
    const words = (name: string) =>
      refused('Forbidden', new RegExp(`^The variable ${name} changes`), 'VARIABLE_REFUSED');
    for (const name of loaders.split(' '))
      assert.throws(() => refuseLoaders({ OK: '1', [name]: 'x' }, identity), words(name));
    refuseLoaders(Object.fromEntries(harmless.split(' ').map((name) => [name, 'x'])), identity);
    refuseLoaders(undefined, identity);
  });
}

test('the user himself sets what he likes', () => {
  for (const kind of ['cli', 'svc'] as const)
    refuseLoaders({ LD_PRELOAD: 'x', PATH: '/x' }, identityOf('ann', ['write'], { kind }));
});

const refusal = refused('Forbidden', /LD_PRELOAD/, 'VARIABLE_REFUSED');

test('a session with such a variable is not made', async () => {
  const slice = openMemory();
  const params = { environment: { LD_PRELOAD: '/x.so' } };
  for (const identity of Object.values(others))
    await assert.rejects(slice.call('session/create', params, { identity }), refusal);
  assert.deepEqual(slice.rows(), []);
  await slice.call('session/create', params);
  await slice.close();
});

test('nor does it come by the preferences of a folder', (t) => {
  const slice = filed(t);
  const { id: folderId } = slice.made('api');
  const identity = others['an assistant']!;
  const calls: [MethodName, Params<MethodName>][] = [
    ['preference/setFolder', { folderId, environmentVars: { LD_PRELOAD: 'x' } }],
    ['preference/setVariables', { folderId, variables: { LD_PRELOAD: 'x' } }],
    ['preference/setVariables', { variables: { LD_PRELOAD: 'x' } }],
  ];
  for (const [name, params] of calls)
    assert.throws(() => slice.call(name as 'preference/setVariables', params as never, 'ann', identity), refusal);
  assert.deepEqual(slice.call('preference/environment', { folderId }).variables, {});
});
