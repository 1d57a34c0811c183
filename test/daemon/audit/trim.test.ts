/** The audit stays below its size, and its chain holds all the while. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fill, openAudited } from '../../support/audited.js';

const never = new AbortController().signal;

test('the oldest rows go, the chain begins later and holds, and the trimming is itself a row', async (t) => {
  const audited = openAudited(t, { maxBytes: 100_000 });
  const { db, trim, verify, list, count, folder } = audited;
  db.transaction(() => fill(audited, 100))();
  assert.equal(await trim(never), 0);
  assert.equal(count(), 200);
  db.transaction(() => fill(audited, 900))();
  const before = (await list({ limit: 1 })).entries[0]!.seq;
  const deleted = await trim(never);
  assert.ok(deleted > 1000 && deleted < 1900, `${deleted} of ${before}`);
  const { entries, more } = await list({ limit: 1000 });
  assert.deepEqual([entries.at(-1)!.seq, entries[0]!.seq, more], [deleted + 1, before + 1, false]);
  assert.deepEqual([entries[0]!.method, entries[0]!.target, entries[0]!.outcome], ['audit/trim', `${deleted}`, 'done']);
  const whole = { ok: true, rows: before + 1 - deleted, first: deleted + 1, last: before + 1, problems: [] };
  assert.deepEqual(await verify(), whole);
  assert.equal(count(), whole.rows);
  assert.equal(await trim(never), 0);

  db.transaction(() => fill(audited, 900))();
  assert.ok((await trim(never)) > 0);
  assert.equal((await verify()).ok, true);
  assert.equal((await openAudited(t, { folder }).verify()).ok, true, 'after a restart');
});

test('a trimming that was broken off goes on the next time; what is left over is no part of the chain', async (t) => {
  const audited = openAudited(t, { maxBytes: 50_000 });
  const { db, trim, verify, list } = audited;
  db.transaction(() => fill(audited, 1500))();
  const ending = new AbortController();
  const trimming = trim(ending.signal);
  ending.abort();
  const first = await trimming.catch(() => 0);
  const left = () => (db.prepare('SELECT count(*) AS n FROM audit').get() as { n: number }).n;
  const rows = (await verify()).rows;
  assert.equal((await list({ limit: 1000 })).entries.length, Math.min(rows, 1000));
  const second = await trim(never);
  assert.equal(left(), (await verify()).rows);
  assert.ok(first + second > 1000);
  assert.equal((await verify()).ok, true);
});

test('however small the size, the newest row stays and the chain holds', async (t) => {
  const audited = openAudited(t, { maxBytes: 1 });
  fill(audited, 2);
  assert.equal(await audited.trim(never), 3);
  assert.deepEqual(
    (await audited.list()).entries.map(({ seq, method }) => [seq, method]),
    [
      [5, 'audit/trim'],
      [4, 'session/close'],
    ],
  );
  assert.equal((await audited.verify()).ok, true);
});
