/** Whatever is done to the rows of a chain, verifying finds it, and says where. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { GENESIS } from '../../../daemon/audit/chain.js';
import { openHead } from '../../../daemon/audit/head.js';
import { type Db, openDatabase } from '../../../daemon/db/open.js';
import { type Audited, actOf, openAudited } from '../../support/audited.js';
import { type Random, randomFrom } from '../../support/random.js';
import { folderFor } from '../../support/whole.js';

const TAMPERINGS = Number(process.env.RDV_SOAK_AUDIT_TAMPERINGS ?? 200);
const SEED = Number(process.env.RDV_SEED ?? Date.now() % 1e9);

/** Grows a chain of its own; every fourth was trimmed. */
async function grow(t: TestContext, random: Random, folder: string): Promise<Audited> {
  // In place, so that the file is not made anew each time: that waits for the disk.
  const head = openHead(join(folder, 'audit.head'));
  head.write(GENESIS);
  head.close();
  const trimmed = random(4) === 0;
  const opened = openDatabase(':memory:');
  t.after(() => opened.close());
  const audited = openAudited(t, { folder, opened, ...(trimmed && { maxBytes: 2500 }) });
  const acts = 3 + random(20) + (trimmed ? 20 : 0);
  for (let i = 0; i < acts; i++) {
    const act = actOf(pick(random, ['session/close', 'trash/empty', 'initialize']), pick(random, ['a', 'b', null]));
    if (random(2)) audited.auditor.end(act, 'done', audited.auditor.begin(act));
    else audited.auditor.end(act, pick(random, ['done', 'NotFound']));
  }
  if (trimmed) assert.ok((await audited.trim(new AbortController().signal)) > 0);
  return audited;
}

interface Span {
  readonly first: number;
  readonly last: number;
}

const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)]!;
const between = (random: Random, from: number, to: number) => from + random(to - from + 1);

/** Each changes something, and returns the place at or after which that must show, and in words what was done. */
const tamperings: Readonly<Record<string, (db: Db, random: Random, span: Span) => { seq: number; what: string }>> = {
  edit(db, random, { first, last }) {
    const seq = between(random, first, last);
    const column = pick(random, [
      'at',
      'user_id',
      'token_id',
      'connection',
      'method',
      'target',
      'outcome',
      'begun_seq',
      'hash',
    ]);
    const isNumber = column === 'at' || column === 'begun_seq';
    const { value } = db.prepare(`SELECT ${column} AS value FROM audit WHERE seq = ?`).get(seq) as { value: unknown };
    const other = isNumber ? Number(value ?? 0) + 1 : `${value ?? ''}x`;
    db.prepare(`UPDATE audit SET ${column} = ? WHERE seq = ?`).run(other, seq);
    return { seq, what: `${column} of ${seq}` };
  },
  renumber(db, random, { first, last }) {
    const seq = between(random, first, last);
    db.prepare('UPDATE audit SET seq = ? WHERE seq = ?').run(last + 1 + random(5), seq);
    return { seq, what: `${seq} moved behind the end` };
  },
  remove(db, random, { first, last }) {
    const seq = between(random, first, last);
    db.prepare('DELETE FROM audit WHERE seq = ?').run(seq);
    return { seq, what: `removed ${seq}` };
  },
  swap(db, random, { first, last }) {
    const a = between(random, first, last - 1);
    const b = between(random, a + 1, last);
    for (const [from, to] of [
      [a, -1],
      [b, a],
      [-1, b],
    ])
      db.prepare('UPDATE audit SET seq = ? WHERE seq = ?').run(to, from);
    return { seq: a, what: `swapped ${a} and ${b}` };
  },
  insert(db, random, { first, last }) {
    const seq = between(random, first, last);
    for (let at = last; at >= seq; at--) db.prepare('UPDATE audit SET seq = ? WHERE seq = ?').run(at + 1, at);
    db.prepare(`INSERT INTO audit SELECT ?, at, user_id, token_id, connection, method, target, outcome, begun_seq, hash
      FROM audit WHERE seq = ?`).run(seq, seq + 1);
    return { seq, what: `inserted at ${seq}` };
  },
  cutTail(db, random, { first, last }) {
    const seq = between(random, first, last);
    db.prepare('DELETE FROM audit WHERE seq >= ?').run(seq);
    return { seq, what: `cut from ${seq}` };
  },
  cutHead(db, random, { first, last }) {
    const seq = between(random, first, last - 1);
    db.prepare('DELETE FROM audit WHERE seq <= ?').run(seq);
    return { seq: first, what: `cut up to ${seq}` };
  },
  cutHeadAndSayTrimmed(db, random, { first, last }) {
    const seq = between(random, first, last - 1);
    db.prepare('INSERT OR REPLACE INTO audit_start SELECT 1, seq, hash FROM audit WHERE seq = ?').run(seq);
    db.prepare('DELETE FROM audit WHERE seq <= ?').run(seq);
    return { seq: seq + 1, what: `cut up to ${seq} as if trimmed` };
  },
};

test(`${TAMPERINGS} tamperings with random chains are each found, where they were done, also after a restart`, async (t) => {
  const random = randomFrom(SEED);
  const names = Object.keys(tamperings);
  const folder = folderFor(t);
  for (let i = 0; i < TAMPERINGS; i++) {
    const audited = await grow(t, random, folder);
    assert.deepEqual((await audited.verify()).problems, []);
    const { first, last } = await audited.verify();
    const name = names[i % names.length]!;
    const { seq, what } = tamperings[name]!(audited.db, random, { first: first!, last: last! });
    const running = await audited.verify();
    audited.close();
    const restarted = openAudited(t, { folder: audited.folder, opened: audited.db });
    const later = await restarted.verify();
    restarted.close();
    for (const { ok, problems } of [running, later]) {
      const said = `${name} (${what}) of ${first}-${last}, seed ${SEED}: ${JSON.stringify(problems)}`;
      assert.equal(ok, false, said);
      assert.ok(
        problems.some((problem) => problem.seq >= seq && problem.seq <= last! + 7),
        said,
      );
    }
  }
});
