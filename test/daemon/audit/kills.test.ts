/** Kill -9 of a process that writes to the audit, at moments of chance: the chain holds and nothing that was said to be written is lost. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openAudited } from '../../support/audited.js';
import { folderFor } from '../../support/whole.js';

const KILLS = Number(process.env.RDV_SOAK_AUDIT_KILLS ?? 3);

test(`after each of ${KILLS} kills the chain verifies, with every row that was reported`, async (t) => {
  const folder = folderFor(t);
  let reported = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const child = spawn(process.execPath, [fileURLToPath(new URL('writer.js', import.meta.url)), folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => child.kill('SIGKILL'));
    const wanted = 1 + Math.floor(Math.random() * 60);
    let acts = 0;
    child.stdout.on('data', (data: Buffer) => {
      acts += data.length;
      // In the middle of a write, a trimming or nothing, as it happens.
      if (acts >= wanted) setTimeout(() => child.kill('SIGKILL'), Math.random() * 5);
    });
    await once(child, 'close');
    reported += acts;
    const audited = openAudited(t, { folder });
    const { ok, last, problems } = await audited.verify();
    audited.close();
    assert.deepEqual([ok, problems], [true, []]);
    assert.ok(last! >= 2 * reported, `${last} rows for ${reported} acts`);
  }
});
