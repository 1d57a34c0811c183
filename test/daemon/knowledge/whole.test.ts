/** Knowledge in a real daemon: of a real project, kept over a restart, written to a file only when asked. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { refused } from '../../support/refused.js';
import { folderFor, reach, whole } from '../../support/whole.js';

test('a project is scanned, added to, searched, exported, and known after a restart', async (t) => {
  const { client, daemon } = await whole(t);
  const path = folderFor(t);
  mkdirSync(join(path, 'src'));
  writeFileSync(join(path, 'Cargo.toml'), '[package]\nname = "x"\n[dependencies]\naxum = "0.8"\n');
  writeFileSync(join(path, 'src/main.rs'), '');
  const { id: folderId } = await client.call('folder/create', { name: 'gate', path });
  const update = (action: string, data: Record<string, unknown> = {}) =>
    client.call('knowledge/update', { folderId, action, data });

  const { knowledge } = await update('scan');
  assert.deepEqual(knowledge.techStack, ['Rust', 'Axum', 'cargo', 'cargo test']);
  assert.deepEqual([knowledge.metadata.projectName, knowledge.metadata.projectPath], ['gate', path]);
  await update('add_skill', { name: 'lint', command: 'cargo clippy' });
  const { results } = await client.call('knowledge/search', { folderId, query: 'clippy' });
  assert.equal(results[0]?.item.name, 'lint');
  await assert.rejects(update('forget'), refused('InvalidParams', /add_convention/, 'UNKNOWN_ACTION'));

  const asked = await client.call('knowledge/export', { folderId });
  assert.equal(asked.path, null);
  assert.match(asked.content, /^# gate\n.*`cargo clippy`/s);
  assert.deepEqual(readdirSync(path).sort(), ['Cargo.toml', 'src']);
  const file = join(path, 'KNOWLEDGE.json');
  const written = await client.call('knowledge/export', { folderId, format: 'json', path: file });
  assert.deepEqual([written.path, readFileSync(file, 'utf8')], [file, written.content]);

  const known = await client.call('knowledge/get', { folderId });
  await daemon.restart();
  const later = await reach(t, daemon);
  assert.deepEqual(await later.call('knowledge/get', { folderId }), known);
  assert.deepEqual(await later.call('knowledge/delete', { folderId }), { success: true, deleted: 1 });
  await later.call('folder/delete', { id: folderId });
});

test('a session that is closed teaches its folder what was really typed in it', async (t) => {
  const { client } = await whole(t);
  const projectPath = folderFor(t);
  writeFileSync(join(projectPath, 'serve.sh'), 'test -f cfg || { echo "Error: cfg is missing"; exit 1; }; echo up');
  writeFileSync(join(projectPath, 'gradlew'), '#!/bin/sh\necho BUILD SUCCESSFUL\n', { mode: 0o755 });
  const { id: folderId } = await client.call('folder/create', { name: 'x' });
  const command = ['bash', '--norc', '--noprofile'];
  const { id } = await client.call('session/create', { folderId, projectPath, command, cols: 60 });
  const wait = (pattern: string) => client.call('session/wait', { id, until: 'pattern', pattern });
  const type = (text: string, ...keys: string[]) => client.call('session/send', { id, text, keys });
  const secret = `API_TOKEN=${'x1'.repeat(40)}`;
  await wait('^bash');
  // Changed in the midst, found again in the history, and longer than a line.
  await type(`${secret} sh serv.sh`, 'Left', 'Left', 'Left');
  await type('e', 'Enter');
  await wait('^Error');
  await type('touch cfg', 'Enter');
  await type('', 'Up', 'Up', 'Enter');
  await wait('^up');
  await type('./gradlew tesst', 'BSpace', 'BSpace');
  await type('t', 'Enter');
  await wait('^BUILD');
  await type('echo over', 'Enter');
  await wait('^over');
  await client.call('session/close', { id });
  const get = () => client.call('knowledge/get', { folderId });
  let known = await get();
  while (!known.exists) known = await get();
  assert.deepEqual(
    known.patterns.map(({ description, context }) => `${description} ${context}`),
    ['Error: cfg is missing. What helped: `touch cfg`. After `API_TOKEN=*** sh serve.sh`.'],
  );
  assert.deepEqual(
    known.skills.map(({ command }) => command),
    ['./gradlew test'],
  );
  assert.deepEqual(readdirSync(projectPath).sort(), ['cfg', 'gradlew', 'serve.sh']);
});
