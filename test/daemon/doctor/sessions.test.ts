/** Rows and windows that do not go together, half-made sessions, and a trash whose files are gone. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { pathsIn } from '#protocol/paths';
import { openDatabase } from '../../../daemon/db/open.js';
import { finds, look, stoppedHome } from '../../support/doctor.js';
import { askTmux, whole } from '../../support/whole.js';

const restart = 'rdv daemon stop; rdv daemon start';

test('windows: one that no session knows is told with how to look into it, and is left alone', async (t) => {
  const { daemon, client } = await whole(t);
  await client.call('session/create', { command: ['cat'] });
  const fine = await look('windows', daemon.home);
  assert.deepEqual(fine, { level: 'ok', seen: '1 window, each with its session' });
  askTmux(daemon, 'new-session', '-d', '-s', 'rdv-stranger', 'cat');
  const cure = `tmux -L ${daemon.tmux} attach -t '=rdv-stranger'  # to end it: kill-session`;
  await finds('windows', daemon.home, [
    'warning',
    /^1 tmux window that no session knows; they are left alone: stranger\.$/,
    cure,
  ]);
  assert.match(askTmux(daemon, 'list-sessions'), /rdv-stranger/);
});

test('sessions: one without a window is told, and only noted while no daemon runs', async (t) => {
  const { daemon, client } = await whole(t);
  const { id } = await client.call('session/create', { command: ['cat'], name: 'lost' });
  assert.deepEqual(await look('sessions', daemon.home), { level: 'ok', seen: '1 session, each in its window' });
  const db = new Database(pathsIn(daemon.home).database);
  const columns = (db.pragma('table_info(session)') as { name: string }[]).map(({ name }) => name);
  const copied = columns.map((name) => (name === 'id' ? "'other'" : name === 'name' ? "'astray'" : name));
  db.exec(`INSERT INTO session (${columns}) SELECT ${copied} FROM session WHERE id = '${id}'`);
  db.close();
  await finds('sessions', daemon.home, ['warning', /^1 session without a window: "astray"\.$/, restart]);
  client.close();
  await daemon.terminate();
  await finds('sessions', daemon.home, ['note', /"astray"; the next start closes them\.$/, 'rdv daemon start']);
});

test('half-made: a session that a killed daemon was making is noted', async (t) => {
  const { home, database } = stoppedHome(t);
  assert.deepEqual(await look('half-made', home), { level: 'ok', seen: 'there are none' });
  const db = openDatabase(database);
  db.exec(`INSERT INTO session (id, user_id, name, status, project_path, cols, rows, tab_order, last_activity_at, created_at, updated_at)
    VALUES ('i', 'local', 'begun', 'creating', '/', 80, 24, 0, 0, 0, 0)`);
  db.close();
  const seen = /^1 session that a killed daemon was making: "begun"; the next start finishes or undoes them\.$/;
  await finds('half-made', home, ['note', seen, 'rdv daemon start']);
});

test('half-made: one that a running daemon cannot undo is told', async (t) => {
  const { daemon } = await whole(t);
  const db = new Database(pathsIn(daemon.home).database);
  const row = (id: string, at: number) =>
    db.exec(`INSERT INTO session (id, user_id, name, status, project_path, cols, rows, tab_order, last_activity_at, created_at, updated_at)
    VALUES ('${id}', 'local', '${id}', 'creating', '/', 80, 24, 0, 0, ${at}, 0)`);
  row('now', Date.now());
  assert.equal((await look('half-made', daemon.home)).level, 'ok', 'one that is being made is none');
  row('old', Date.now() - 3_600_000);
  db.close();
  await finds('half-made', daemon.home, ['warning', /: "old"; they could not be undone\.$/, restart]);
});

test('trash: items whose files are gone, and files that no item knows, are told', async (t) => {
  const { home, database, trash } = stoppedHome(t);
  const keptAt = join(trash, 'item', 'app');
  mkdirSync(keptAt, { recursive: true, mode: 0o700 });
  const db = openDatabase(database);
  const worktree = JSON.stringify({ path: '/src/app', keptAt });
  db.exec(`INSERT INTO trash_item VALUES ('item', 'local', 'worktree', 'kept', 'app', NULL, '${worktree}', 0, 0)`);
  db.close();
  assert.deepEqual(await look('trash', home), { level: 'ok', seen: '1 item, all there' });
  mkdirSync(join(trash, 'mine'));
  await finds('trash', home, ['note', /^1 thing in the trash that no item knows: .*\/mine\.$/, `ls -la ${trash}/mine`]);
  rmSync(keptAt, { recursive: true });
  const seen = /^The files of 1 item in the trash are gone: \/src\/app\.$/;
  await finds('trash', home, ['warning', seen, 'rdv trash delete item --yes']);
});
