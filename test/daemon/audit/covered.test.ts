/** What orchestrators did is kept in a table of its own, and the chain finds whatever is done to a row of it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { act } from '../../../daemon/db/act.js';
import type { Db } from '../../../daemon/db/open.js';
import { createLogStore } from '../../../daemon/orchestrators/log.js';
import { fill, openAudited } from '../../support/audited.js';

const orchestratorId = randomUUID();
const entry = (action: string) => ({
  orchestratorId,
  userId: 'ann',
  action,
  sessionId: randomUUID(),
  details: { n: 1 },
});
const all = { orchestratorId, action: null, sessionId: null, since: null, until: null };

/** Ten rows among others of the audit; the places they have. */
function filled(t: Parameters<typeof openAudited>[0], options?: Parameters<typeof openAudited>[1]) {
  const audited = openAudited(t, options);
  for (let i = 0; i < 10; i++) {
    audited.writeLog(entry(`action ${i}`));
    if (i % 3 === 0) fill(audited, 1);
  }
  const places = audited.db.prepare('SELECT seq FROM orchestrator_log ORDER BY seq').pluck().all() as number[];
  return { audited, places };
}

const tamperings: Readonly<Record<string, (db: Db, places: readonly number[]) => number[]>> = {
  ...Object.fromEntries(
    ['id', 'orchestrator_id', 'user_id', 'action', 'session_id', 'details', 'created_at'].map((column) => [
      `${column} edited`,
      (db: Db, places: readonly number[]) => {
        const value = column === 'created_at' ? 'created_at + 1' : `${column} || 'x'`;
        db.prepare(`UPDATE orchestrator_log SET ${column} = ${value} WHERE seq = ?`).run(places[4]);
        return [places[4]!];
      },
    ]),
  ),
  removed(db, places) {
    db.prepare('DELETE FROM orchestrator_log WHERE seq = ?').run(places[4]);
    return [places[4]!];
  },
  'the newest removed'(db, places) {
    db.prepare('DELETE FROM orchestrator_log WHERE seq = ?').run(places.at(-1));
    return [places.at(-1)!];
  },
  'put in another order'(db, places) {
    for (const [from, to] of [
      [places[2], -1],
      [places[5], places[2]],
      [-1, places[5]],
    ])
      db.prepare('UPDATE orchestrator_log SET seq = ? WHERE seq = ?').run(to, from);
    return [places[2]!, places[5]!];
  },
  'moved to the end'(db, places) {
    db.prepare('UPDATE orchestrator_log SET seq = 1000 WHERE seq = ?').run(places[4]);
    return [places[4]!, 1000];
  },
  'one more put in'(db, places) {
    const free = places.findIndex((seq, at) => places[at + 1] !== seq + 1);
    const seq = places[free]! + 1;
    db.prepare(`INSERT INTO orchestrator_log SELECT ?, id, orchestrator_id, user_id, action, session_id, details,
      created_at FROM orchestrator_log WHERE seq = ?`).run(seq, places[4]);
    return [seq];
  },
};

for (const [what, tamper] of Object.entries(tamperings)) {
  test(`a row that tells what an orchestrator did is found when it was tampered with: ${what}`, async (t) => {
    const { audited, places } = filled(t);
    assert.deepEqual((await audited.verify()).problems, []);
    const wanted = tamper(audited.db, places);
    const { ok, problems } = await audited.verify();
    assert.equal(ok, false);
    assert.deepEqual(
      problems.map(({ seq }) => seq).sort((a, b) => a - b),
      wanted.sort((a, b) => a - b),
    );
  });
}

test('a row and the row of the chain that covers it are written together, or not at all', async (t) => {
  const { audited } = filled(t);
  const { db, writeLog, verify } = audited;
  const before = (await verify()).rows;
  const undone = new Error('the act failed');
  assert.throws(
    () =>
      act(db, () => {
        writeLog(entry('first'));
        writeLog(entry('second'));
        throw undone;
      }),
    undone,
  );
  assert.equal((await verify()).rows, before);
  act(db, () => {
    writeLog(entry('third'));
    writeLog(entry('fourth'));
  });
  fill(audited, 1);
  const { ok, rows } = await verify();
  assert.deepEqual([ok, rows], [true, before + 4]);
  const listed = createLogStore(db).list(all, 3);
  assert.deepEqual(
    listed.map(({ actionType }) => actionType),
    ['fourth', 'third', 'action 9'],
  );
});

test('it goes when the part of the chain that covers it goes', async (t) => {
  const audited = openAudited(t, { maxBytes: 140_000 });
  for (let i = 0; i < 700; i++) audited.writeLog(entry(`action ${i}`));
  const dropped = await audited.trim(new AbortController().signal);
  const left = createLogStore(audited.db).list(all, 1000);
  assert.ok(dropped > 0 && left.length === 700 - dropped, `${dropped} were dropped, ${left.length} are left`);
  assert.deepEqual((await audited.verify()).problems, []);
});
