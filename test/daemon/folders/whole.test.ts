/** Folders, preferences and the clean-up in a real daemon, over its socket and across its ends. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { pathsIn } from '#protocol/paths';
import { refused } from '../../support/refused.js';
import { heard, reach, whole } from '../../support/whole.js';

test('folders and preferences are told to others, and outlive a daemon that is killed', async (t) => {
  const { daemon, client } = await whole(t);
  const other = await reach(t, daemon);
  await other.call('event/subscribe', { names: ['folder/created', 'folder/deleted', 'preference/changed'] });
  const made = heard(other, 'folder/created');
  const src = await client.call('folder/create', { name: 'src', path: '/src' });
  assert.deepEqual((await made).folder, src);
  const api = await client.call('folder/create', { name: 'api', parentId: src.id });
  const changed = heard(other, 'preference/changed', ({ folderId }) => folderId === src.id);
  const { id: folderId } = src;
  await client.call('preference/setFolder', { folderId, theme: 'nord', environmentVars: { PORT: '4000' } });
  await changed;
  const port = { folderId: api.id, variables: { PORT: '4000' } };
  const { portValidation } = await client.call('preference/setVariables', port);
  assert.deepEqual(portValidation.conflicts[0]?.conflictingFolder, { id: src.id, name: 'src' });
  const loop = client.call('folder/update', { id: src.id, parentId: api.id });
  await assert.rejects(
    loop,
    refused('InvalidParams', /cannot lie in "api", which lies in it/, 'BUSINESS_RULE_VIOLATION'),
  );
  const before = await client.call('folder/context', { id: api.id });
  const { preferences, parentChain } = before;
  assert.deepEqual(
    [preferences.theme, preferences.defaultWorkingDirectory, preferences.environmentVars, parentChain],
    ['nord', '/src', { PORT: '4000' }, [src]],
  );

  await daemon.kill9();
  await daemon.restart();
  const again = await reach(t, daemon);
  assert.deepEqual(await again.call('folder/context', { id: api.id }), before);
  await again.call('event/subscribe', { names: ['folder/deleted'] });
  const gone = heard(again, 'folder/deleted');
  await again.call('folder/delete', { id: src.id });
  assert.equal((await gone).folder.id, src.id);
  const { folders } = await again.call('folder/list', {});
  assert.deepEqual(
    folders.map(({ id, parentId }) => [id, parentId]),
    [[api.id, null]],
  );
  assert.equal((await again.call('folder/context', { id: api.id })).preferences.theme, 'tokyo-night');
});

test('the clean-up can be asked for, and its configuration is read at the start', async (t) => {
  const { daemon, client } = await whole(t);
  const { ms, failed, ...counts } = await client.call('cleanup/run', {});
  assert.deepEqual([failed, Object.values(counts).every((count) => count === 0)], [[], true]);
  const { config, log } = pathsIn(daemon.home);
  writeFileSync(config, '[cleanup]\ncleanup_interval_hours = 1\n[colours]\n');
  await daemon.restart();
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  const said = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.ok(said.some(({ msg, ms: took }) => msg === 'cleaned up' && took === ms));
  assert.ok(said.some(({ msg }) => msg === `${config}:3:2: colours means nothing and is left out.`));
});
