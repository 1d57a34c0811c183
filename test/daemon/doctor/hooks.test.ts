/** The doctor's look at hooks: where they are, which of them run what is gone. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathsIn } from '#protocol/paths';
import { openDatabase } from '../../../daemon/db/open.js';
import { agentHooks } from '../../../daemon/hooks/agent.js';
import { finds, stoppedHome } from '../../support/doctor.js';
import { folderFor } from '../../support/whole.js';

test('hooks: those that run what is gone are told with how to put them right; none, and unreadable settings, are no fault', async (t) => {
  const { home } = stoppedHome(t);
  await finds('hooks', home, ['ok', /^installed in 0 of 0 projects$/]);
  const [own, local] = [folderFor(t), folderFor(t)];
  const db = openDatabase(pathsIn(home).database);
  const insert = db.prepare('INSERT INTO folder VALUES (?, ?, NULL, ?, ?, 0, 0, ?, 1)');
  insert.run('f1', 'local', 'my api', own, 1);
  insert.run('f2', 'local', 'web', null, 2);
  insert.run('f3', 'local', 'plain', null, 3);
  db.prepare('INSERT INTO folder_preference VALUES (?, ?, 1)').run('f2', JSON.stringify({ localRepoPath: local }));
  db.close();
  await finds('hooks', home, ['ok', /^installed in 0 of 2 projects$/]);

  const install = (project: string, program: [string, ...string[]]) => {
    const { path, add } = agentHooks.codex;
    mkdirSync(join(project, '.codex'), { recursive: true });
    writeFileSync(join(project, ...path), add(undefined, 0, { program, claudeVersion: undefined })!);
  };
  install(local, ['/usr/bin/env']);
  await finds('hooks', home, ['ok', /^installed in 1 of 2 projects$/]);
  install(own, ['/gone/node', '/gone/rdv.cjs']);
  await finds('hooks', home, [
    'warning',
    /^Hooks in "my api" do nothing: Its hooks run \/gone\/node, which is not there/,
    "rdv hook install 'my api' codex",
  ]);
  writeFileSync(join(own, '.codex/config.toml'), 'not = ');
  await finds('hooks', home, ['note', /^installed in 1 of 2 projects; not to be read: Invalid TOML/]);
});
