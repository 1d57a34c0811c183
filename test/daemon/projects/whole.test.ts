/** Projects in a real daemon: a folder with a directory is enough to know what lies there. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderFor, heard, reach, whole } from '../../support/whole.js';

test('a folder that is given a directory tells what project lies there, and still knows after a restart', async (t) => {
  const { client, daemon } = await whole(t);
  const path = folderFor(t);
  mkdirSync(join(path, 'src'));
  writeFileSync(join(path, 'package.json'), '{"dependencies":{"fastify":"5.0.0"},"scripts":{"test":"node --test"}}');
  writeFileSync(join(path, 'src/server.js'), '');
  await client.call('event/subscribe', { names: ['project/detected'] });
  const folder = await client.call('folder/create', { name: 'gateway' });
  const detected = heard(client, 'project/detected', ({ project }) => project.folderId === folder.id);
  await client.call('folder/update', { id: folder.id, path });
  const { project } = await detected;
  assert.deepEqual(
    [project.state, project.path, project.framework, project.category, project.testRunner, project.primaryLanguage],
    ['enriched', path, 'Fastify', 'api', 'node:test', 'JavaScript'],
  );
  assert.deepEqual(await client.call('project/get', { folderId: folder.id }), project);
  assert.deepEqual(await client.call('project/list', {}), { projects: [project] });
  assert.deepEqual((await client.call('folder/context', { id: folder.id })).projectMetadata, project);
  assert.deepEqual(await client.call('project/refresh', {}), { queued: 0 });

  writeFileSync(join(path, 'package-lock.json'), '{}');
  writeFileSync(join(path, 'biome.json'), '{}');
  const again = await client.call('project/detect', { folderId: folder.id });
  assert.equal(again.linter, 'biome');
  await daemon.restart();
  const later = await reach(t, daemon);
  assert.deepEqual(await later.call('project/get', { folderId: folder.id }), again);
});
