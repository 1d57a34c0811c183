/** Knowledge in a real daemon: of a real project, kept over a restart, written to a file only when asked. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { learn } from '../../../daemon/knowledge/learn.js';
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

test('what a real shell shows teaches what was done in it', async (t) => {
  const { client } = await whole(t);
  const projectPath = folderFor(t);
  writeFileSync(
    join(projectPath, 'serve.sh'),
    'test -f config.json || { echo "Error: config.json is missing"; exit 1; }; echo up',
  );
  writeFileSync(join(projectPath, 'gradlew'), '#!/bin/sh\necho BUILD SUCCESSFUL\n', { mode: 0o755 });
  const { id } = await client.call('session/create', {
    projectPath,
    command: ['bash', '--norc', '--noprofile'],
    cols: 60,
  });
  const type = async (command: string, pattern: string) => {
    await client.call('session/exec', { id, command });
    await client.call('session/wait', { id, until: 'pattern', pattern });
  };
  const long = `API_TOKEN=${'x1'.repeat(40)}`;
  await client.call('session/wait', { id, until: 'pattern', pattern: '^bash' });
  await type(`${long} sh serve.sh`, '^Error');
  await type('touch config.json', 'touch config');
  await type(`${long} sh serve.sh`, '^up');
  await type('./gradlew test', '^BUILD');
  await type('echo over', '^over');
  const { content } = await client.call('session/scrollback', { id, lines: 100 });
  assert.deepEqual(
    learn(content).map(({ fields }) =>
      'command' in fields ? fields.command : `${fields.description} ${fields.context}`,
    ),
    [
      'Error: config.json is missing. What helped: `touch config.json`. After `API_TOKEN=*** sh serve.sh`.',
      './gradlew test',
    ],
  );
});
