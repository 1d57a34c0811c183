/** Checks of the database. */

import { statSync } from 'node:fs';
import type { Finding } from '#protocol/diagnosis';
import { migrations } from '../db/migrations.js';
import { type Check, failure, note, ok, some, warning, word } from './check.js';
import type { Context } from './context.js';
import { changed, makePrivate } from './folders.js';
import { judgePrivate } from './private.js';
import { megabytes } from './space.js';
import type { DatabaseFacts } from './stored.js';

/** The daemon empties it every thousand pages; it is larger only when somebody keeps it from that. */
const LARGE_LOG = 64 * 1024 ** 2;

export const databaseChecks: readonly Check[] = [
  { name: 'database', title: 'database', look: about(judgeDatabase) },
  {
    name: 'database-mode',
    title: 'database mode',
    look(context) {
      const wrong = filesOf(context).map((file) =>
        judgePrivate(file.stat, { ...context, path: file.path, mode: 0o600 }),
      );
      return wrong.find(Boolean) ?? ok('only you can read it');
    },
    fix: (context) => changed(filesOf(context).map(({ path, stat }) => makePrivate(path, stat, 0o600, context.uid))),
  },
  { name: 'integrity', title: 'integrity', look: about(judgeIntegrity) },
  { name: 'schema', title: 'schema', look: about(judgeSchema) },
  { name: 'write-ahead-log', title: 'write-ahead log', look: about(judgeLog), fix: emptyTheLog },
];

type Judge = (facts: DatabaseFacts, path: string, live: boolean) => Finding;

function about(judge: Judge): Check['look'] {
  return async ({ paths, database, lock }) => judge(await database(), paths.database, (await lock()).held === true);
}

function filesOf({ paths }: Context) {
  return ['', '-wal', '-shm'].flatMap((end) => {
    const path = paths.database + end;
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat ? [{ path, stat }] : [];
  });
}

function judgeDatabase({ there, schema, bytes, problem }: DatabaseFacts, path: string): Finding {
  if (!there) return note(`${path} is not there yet; the first start makes it.`, 'rdv daemon start');
  if (schema === undefined) return failure(`${path} cannot be read: ${problem}.`, rescue(path));
  return ok(`${path}, ${megabytes(bytes)}`);
}

/** What can still be read goes into a new file; the old one stays. */
function rescue(path: string): string {
  const db = word(path);
  const kept = word(`${path}.damaged`);
  return `rdv daemon stop; mv ${db} ${kept} && sqlite3 ${kept} .recover | sqlite3 ${db}`;
}

function judgeIntegrity({ there, damage }: DatabaseFacts, path: string): Finding {
  if (!there) return ok('there is nothing to check yet');
  if (!damage) return note('could not be checked');
  if (damage.length > 0) return failure(`${path} is damaged: ${some(damage)}.`, rescue(path));
  return ok('SQLite finds no damage');
}

function judgeSchema({ there, schema }: DatabaseFacts): Finding {
  if (!there || schema === undefined) return ok('there is none yet');
  const known = migrations.length;
  const seen = `The schema is ${schema}, this rdv knows ${known}`;
  if (schema > known) return failure(`${seen}: a newer rdv wrote it.`, 'npm install --global remote-dev@latest');
  if (schema < known) return note(`${seen}; the next start brings it up to date.`, 'rdv daemon stop; rdv daemon start');
  return ok(`schema ${schema}`);
}

function judgeLog({ logBytes }: DatabaseFacts, path: string, live: boolean): Finding {
  const size = megabytes(logBytes);
  if (logBytes <= LARGE_LOG) return ok(`${size} are not yet in the database`);
  const cure = live ? 'rdv daemon stop; rdv daemon start' : 'rdv doctor --fix';
  return warning(`${path}-wal has grown to ${size}.`, cure);
}

/** With a daemon it is the daemon's own to empty. */
async function emptyTheLog({ paths, withoutDaemon }: Context): Promise<string | undefined> {
  const { emptyLog } = await import('../db/look.js');
  return withoutDaemon(() => {
    emptyLog(paths.database);
    return `What was in ${paths.database}-wal is in the database now.`;
  });
}
