/** The audit: rows in a chain, and what is found when somebody changes them. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { digest } from '../../../daemon/audit/audit.js';
import { encode, GENESIS, type Row } from '../../../daemon/audit/chain.js';
import { failureOf } from '../../../daemon/db/failures.js';
import { actOf, fill, openAudited } from '../../support/audited.js';
import { refused } from '../../support/refused.js';
import { folderFor } from '../../support/whole.js';

test('an act is one row before it and one after it, newest first in the list; the chain holds', async (t) => {
  const { auditor, list, verify } = openAudited(t);
  const begun = auditor.begin(actOf('session/close', 's1'));
  auditor.end(actOf('session/close', 's1'), 'done', begun);
  auditor.end(actOf('session/exec', 's2', ''), 'SESSION_NOT_FOUND');
  const { entries, more } = await list();
  assert.equal(more, false);
  const at = (seq: number) => 1_700_000_000_000 + seq - 1;
  const who = { user: 'ann', tokenId: 'token of ann', connection: 'c1' };
  const rest = entries.map(({ hash, ...entry }) => entry);
  assert.deepEqual(rest, [
    {
      ...{ ...who, user: null, tokenId: 'token of ', seq: 3, at: at(3) },
      ...{ method: 'session/exec', target: 's2', outcome: 'SESSION_NOT_FOUND', begunSeq: null },
    },
    { ...who, seq: 2, at: at(2), method: 'session/close', target: 's1', outcome: 'done', begunSeq: 1 },
    { ...who, seq: 1, at: at(1), method: 'session/close', target: 's1', outcome: 'begun', begunSeq: null },
  ]);
  const [, , first] = entries as Row[];
  assert.equal(first!.hash, digest(encode(GENESIS.hash, first!)));
  assert.deepEqual(await verify(), { ok: true, rows: 3, first: 1, last: 3, problems: [] });
});

test('an audit without rows holds', async (t) => {
  const { verify, list } = openAudited(t);
  assert.deepEqual(await verify(), { ok: true, rows: 0, first: null, last: null, problems: [] });
  assert.deepEqual(await list(), { entries: [], more: false });
});

test('what is hashed says where one column ends and the next begins, and what is nothing', () => {
  const row = { seq: 1, at: 1, user: 'a', tokenId: 'b', connection: null, method: 'm', target: '', outcome: 'o' };
  const others = [
    { ...row, user: 'ab', tokenId: '' },
    { ...row, user: 'a","b', tokenId: null },
    { ...row, target: null },
    { ...row, target: 'null' },
  ];
  const texts = [row, ...others].map((each) => encode(GENESIS.hash, { ...each, begunSeq: null }));
  assert.equal(new Set(texts).size, texts.length);
});

test('whatever stands in a target, half a character or a NUL, the chain holds', async (t) => {
  const audited = openAudited(t);
  const strange = fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength: 20 });
  fc.assert(
    fc.property(strange, (text) => audited.auditor.end(actOf('m', text, text), 'done')),
    { numRuns: 300 },
  );
  audited.auditor.end(actOf('m', `${'x'.repeat(999)}\ud83d`), 'done');
  assert.equal((await audited.verify()).ok, true);
});

test('the list is filtered, paged, and looks through many rows a piece at a time', async (t) => {
  const { auditor, list, db } = openAudited(t);
  db.transaction(() => {
    for (let i = 1; i <= 5000; i++)
      auditor.end(
        { ...actOf(i === 7 ? 'session/close' : 'session/exec', `s${i % 10}`, i % 2 ? 'ann' : 'bob') },
        'done',
      );
  })();
  const seqs = async (asked: Parameters<typeof list>[0]) => (await list(asked)).entries.map(({ seq }) => seq);
  assert.deepEqual(await seqs({ method: 'session/close' }), [7]);
  assert.deepEqual(await seqs({ user: 'bob', limit: 2 }), [5000, 4998]);
  assert.deepEqual(await seqs({ tokenId: 'token of ann', target: 's3', limit: 2 }), [4993, 4983]);
  assert.deepEqual(await seqs({ since: 1_700_000_000_000 + 4997 }), [5000, 4999, 4998]);
  assert.deepEqual(await seqs({ until: 1_700_000_000_000 + 2 }), [2, 1]);
  assert.deepEqual(await seqs({ user: 'carol' }), []);
  const page = await list({ target: 's0', limit: 3 });
  assert.deepEqual([page.entries.map(({ seq }) => seq), page.more], [[5000, 4990, 4980], true]);
  assert.deepEqual(await seqs({ target: 's0', limit: 2, before: 4980 }), [4970, 4960]);
  assert.equal((await list({ target: 's0', limit: 500 })).more, false);
});

test('the end of the chain is kept outside the table, for this user alone, always as long', (t) => {
  const audited = openAudited(t);
  const path = join(audited.folder, 'audit.head');
  fill(audited, 1);
  const { size } = statSync(path);
  fill(audited, 60);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(path).size, size);
  assert.match(readFileSync(path, 'utf8'), /^ +122 [0-9a-f]{64}\n$/);
});

test('a start that finds the end wrong says so in the chain for good, and goes on', async (t) => {
  for (const [spoil, what] of [
    [(f: string) => rmSync(join(f, 'audit.head')), /^When the daemon started here, the file audit\.head was missing/],
    [(f: string) => writeFileSync(join(f, 'audit.head'), ''), /the file audit\.head could not be read/],
    [
      (f: string) => writeFileSync(join(f, 'audit.head'), `${'9'.padStart(16)} ${'a'.repeat(64)}\n`),
      /rows up to 9 had/,
    ],
    [
      (f: string) => writeFileSync(join(f, 'audit.head'), `${'3'.padStart(16)} ${'a'.repeat(64)}\n`),
      /row 3 had another/,
    ],
  ] as const) {
    const folder = folderFor(t);
    const first = openAudited(t, { folder });
    fill(first, 3);
    first.close();
    spoil(folder);
    const second = openAudited(t, { folder });
    assert.ok(second.log.some(({ level }) => level === 'error'));
    assert.equal((await second.verify()).ok, false, 'before anything is written');
    fill(second, 1);
    second.close();
    const third = openAudited(t, { folder });
    const { ok, problems, rows } = await third.verify();
    assert.deepEqual([ok, rows, problems.length], [false, 9, 1]);
    assert.equal(problems[0]!.seq, 7);
    assert.match(problems[0]!.what, what);
    third.close();
  }
});

test('rows beyond the head that continue the chain are no problem, as a crash may leave them', async (t) => {
  const folder = folderFor(t);
  const first = openAudited(t, { folder });
  fill(first, 2);
  const early = readFileSync(join(folder, 'audit.head'));
  fill(first, 2);
  first.close();
  writeFileSync(join(folder, 'audit.head'), early);
  const second = openAudited(t, { folder });
  assert.deepEqual(await second.verify(), { ok: true, rows: 8, first: 1, last: 8, problems: [] });
});

test('what is done to the table or the head while the daemon runs is found too', async (t) => {
  const audited = openAudited(t);
  fill(audited, 3);
  audited.db.exec('DELETE FROM audit WHERE seq >= 5');
  assert.deepEqual((await audited.verify()).problems, [{ seq: 5, what: 'Rows 5 to 6 are cut off the end.' }]);
  fill(audited, 1);
  assert.deepEqual((await audited.verify()).problems, [{ seq: 5, what: 'Rows 5 to 6 are missing.' }]);

  const other = openAudited(t);
  fill(other, 1);
  other.db.exec("INSERT INTO audit VALUES (3, 1, null, null, null, 'm', null, 'done', null, 'x')");
  const foreign = { seq: 3, what: 'It was not written by the daemon that runs.' };
  assert.deepEqual((await other.verify()).problems, [foreign]);
  rmSync(join(other.folder, 'audit.head'));
  assert.deepEqual((await other.verify()).problems[1]?.seq, 2);
});

test('when it cannot be written the act does not begin, the cause and the cure are told, and later it goes on', async (t) => {
  const audited = openAudited(t);
  fill(audited, 1);
  const { db, auditor, told } = audited;
  db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`);
  const full = refused('Unavailable', /because the disk is full\. Make room where .*rdv\.db lies/, 'AUDIT_UNAVAILABLE');
  assert.throws(() => {
    for (let i = 0; i < 1000; i++) auditor.begin(actOf());
  }, full);
  assert.match(told.at(-1)!, /^The audit cannot be written, because the disk is full\./);
  db.pragma('max_page_count = 100000');
  fill(audited, 1);
  assert.equal(told.at(-1), undefined);
  assert.equal((await audited.verify()).ok, true);
  db.close();
  assert.throws(
    () => auditor.begin(actOf()),
    refused('Unavailable', /because the database is closed/, 'AUDIT_UNAVAILABLE'),
  );
});

test('an error of the database is told by cause and cure, and no other error is taken for one', () => {
  const coded = (code: string) => Object.assign(new Error('it said'), { code });
  assert.match(failureOf(coded('SQLITE_IOERR_WRITE'), '/d')!.why, /disk refused/);
  assert.match(failureOf(coded('SQLITE_BUSY'), '/d')!.cure, /what else has \/d open/);
  for (const other of [new Error('x'), coded('SQLITE_CONSTRAINT'), coded('ENOENT'), undefined, 'x'])
    assert.equal(failureOf(other, '/d'), undefined);
});
