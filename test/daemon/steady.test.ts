/** Work in the background outlives what can fail, says so once a spell, and a bug stays loud. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { RpcError } from '#protocol';
import { explainFailure } from '../../daemon/db/failures.js';
import { createSteady, noting } from '../../daemon/steady.js';

const failure = (code: string) => Object.assign(new Error(code), { code });

test('a failure is logged once a spell, and so is its end', async () => {
  const log: string[] = [];
  const steady = createSteady({
    log: ({ message }) => void log.push(message),
    explain: (error) => explainFailure(error, '/home/ann'),
  });
  const fails = () => Promise.reject(failure('ENOSPC'));
  const works = () => {};
  const rounds = [works, fails, fails, works, works, fails];
  const well: boolean[] = [];
  for (const round of rounds) well.push(await steady('the work', round));
  assert.deepEqual(well, [true, false, false, true, true, false]);
  assert.deepEqual(log, ['the work: put off', 'the work: goes on', 'the work: put off']);
  await assert.rejects(
    steady('the work', () => {
      throw new TypeError('a bug');
    }),
    TypeError,
  );
});

test('what a disk says is told with its cure, and is on the board', () => {
  const cases: [Error, string | undefined, string?][] = [
    [new Database.SqliteError('database or disk is full', 'SQLITE_FULL'), 'DISK_FULL', 'disk'],
    [new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_SHMSIZE'), 'DISK_FULL', 'disk'],
    [new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_WRITE'), 'DISK_FAILED', 'disk'],
    [new Database.SqliteError('readonly', 'SQLITE_READONLY_DBMOVED'), 'DISK_READ_ONLY', 'disk'],
    [new Database.SqliteError('malformed', 'SQLITE_CORRUPT'), 'DATABASE_DAMAGED', 'database'],
    [new Database.SqliteError('locked', 'SQLITE_BUSY'), 'DATABASE_BUSY', 'database'],
    [failure('EMFILE'), 'TOO_MANY_FILES', 'descriptors'],
    [new Database.SqliteError('UNIQUE', 'SQLITE_CONSTRAINT_UNIQUE'), undefined],
    [failure('ENOENT'), undefined],
    [new TypeError('a bug'), undefined],
  ];
  for (const [error, code, component] of cases) {
    const noted: string[] = [];
    const explain = noting((thrown) => explainFailure(thrown, '/home/ann'), { note: (name) => void noted.push(name) });
    const said = explain(error);
    assert.equal(said?.data.code, code, error.message);
    assert.deepEqual(noted, component ? [component] : []);
    if (said) assert.ok(said instanceof RpcError && said.kind === 'Unavailable' && /\. .*\.$/.test(said.message));
  }
});
