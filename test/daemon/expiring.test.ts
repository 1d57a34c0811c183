/** How long it is known what agents did: as long as the configuration says, in a daemon that runs. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { whole } from '../support/whole.js';

const DAY = 86_400_000;

test('the clean-up deletes old receipts, stalls that are over and changes of state, and says how many', async (t) => {
  const { daemon, client } = await whole(t);
  const { id } = await client.call('session/create', { command: ['sleep', '1000'] });
  const db = new Database(join(daemon.home, 'rdv.db'));
  t.after(() => db.close());
  const [now, old] = [Date.now(), Date.now() - 400 * DAY];
  const run = (sql: string, ...values: unknown[]) => db.prepare(sql).run(...values);
  const receipt = (at: number, waiting: string | null) =>
    run(
      'INSERT INTO injection (id, user_id, session_id, state, receipt, waiting, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[randomUUID(), 'ann', id, 'completed', '{}', waiting, at],
    );
  const stall = (ended: number | null) =>
    run(
      'INSERT INTO stall (id, user_id, session_id, stall, started_at, ended_at) VALUES (?, ?, ?, ?, ?, ?)',
      ...[randomUUID(), 'ann', id, '{}', old, ended],
    );
  const transition = (at: number) =>
    run('INSERT INTO agent_transition (session_id, at, transition) VALUES (?, ?, ?)', id, at, '{}');
  db.transaction(() => {
    for (let at = 0; at < 1200; at++) receipt(old + at, null);
    for (const row of [() => receipt(old, '{}'), () => receipt(now, null)]) row();
    for (const ended of [old, old + 1, now, null]) stall(ended);
    for (const at of [old, old, old, now]) transition(at);
  })();
  const count = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  const before = count('agent_transition') as number;
  const { receiptsDeleted, stallsDeleted, transitionsDeleted, failed } = await client.call('cleanup/run', {});
  assert.deepEqual([receiptsDeleted, stallsDeleted, transitionsDeleted, failed], [1200, 2, 3, []]);
  assert.deepEqual([count('injection'), count('stall')], [2, 2]);
  assert.ok((count('agent_transition') as number) >= before - 3);
});
