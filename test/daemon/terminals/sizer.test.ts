/** How long a lost owner of a size is waited for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { SizerDeps } from '../../../daemon/terminals/sizer.js';
import { createSizes } from '../../../daemon/terminals/sizes.js';
import type { OpenViewer } from '../../../daemon/terminals/terminals.js';
import { sample } from '../../support/sample.js';

test('viewers that come and go do not prolong the waiting for a lost owner', async (t) => {
  let session = sample({ home: { cols: 120, rows: 40 }, cols: 120, rows: 40 });
  const sizes = createSizes({
    steady: async (_what: string, round: () => unknown) => [await round()].length > 0,
    store: { find: () => session, save: (saved: typeof session) => (session = saved) },
    places: { get: () => ({ window: 1, pane: 1 }), find: () => ({ window: 1, pane: 1 }) },
    backend: { resize: async () => {} },
    log: () => {},
    holdMs: 200,
  } as unknown as SizerDeps);
  t.after(() => sizes.close());
  const viewer = (streamId: string) =>
    ({ streamId, sessionId: session.id, peer: { tell() {} } }) as unknown as OpenViewer;
  const owner = viewer('owner');
  await sizes.join(owner, { cols: 200, rows: 50 }, true);
  sizes.left(owner, 'lost');
  const until = performance.now() + 2000;
  for (let at = 0; session.cols === 200 && performance.now() < until; at++) {
    const passing = viewer(`passing ${at}`);
    await sizes.join(passing, undefined, false);
    sizes.left(passing, 'closed');
    await setTimeout(20);
  }
  assert.deepEqual([session.cols, session.rows], [120, 40]);
});
