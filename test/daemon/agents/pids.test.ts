/** The first process of each pane: known however many panes begin at once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPids } from '../../../daemon/agents/pids.js';
import type { Backend } from '../../../daemon/backend/index.js';

type Windows = Awaited<ReturnType<Backend['list']>>;

test('panes that begin while others are asked for are known too; one that is not there is asked for once', async () => {
  const there: number[] = [1];
  let asked = 0;
  const pids = createPids({
    async list() {
      asked++;
      const windows = there.map((pane) => ({ pane, pid: 100 + pane }));
      await new Promise((resolve) => setImmediate(resolve));
      return windows as unknown as Windows;
    },
  });
  const first = pids.learnPid(1);
  there.push(2, 3);
  await Promise.all([first, pids.learnPid(2), pids.learnPid(3)]);
  assert.deepEqual([1, 2, 3].map(pids.pidOf), [101, 102, 103]);
  assert.equal(asked, 2);
  await Promise.all([pids.learnPid(4), pids.learnPid(1)]);
  await pids.learnPid(4);
  assert.deepEqual([pids.pidOf(4), asked], [undefined, 3]);
});
