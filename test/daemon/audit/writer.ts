/** A process that writes to an audit until it is killed; started by a test. */
import { join } from 'node:path';
import { createAudit } from '../../../daemon/audit/handlers.js';
import { openDatabase } from '../../../daemon/db/open.js';
import { createLogStore } from '../../../daemon/orchestrators/log.js';
import { createLock } from '../../../daemon/rpc/locks.js';

const folder = process.argv[2]!;
const db = openDatabase(join(folder, 'rdv.db'));
const { auditor, trim } = createAudit({
  ...{ db, covered: createLogStore(db) },
  path: join(folder, 'audit.head'),
  maxBytes: () => 10_000,
  now: Date.now,
  lock: createLock(),
  log() {},
  wrote() {},
});

/** What it says was written is on the disk. */
function act(): void {
  const who = { user: 'ann', tokenId: 't', connection: 'c', method: 'session/close', target: 's' };
  auditor.end(who, 'done', auditor.begin(who));
  process.stdout.write('.');
}

for (let i = 1; ; i++) {
  act();
  if (i % 20 === 0) await trim(new AbortController().signal);
  await new Promise(setImmediate);
}
