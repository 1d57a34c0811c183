/** A clock that jumps a day: it is told, nothing that is timed hangs or ends early, and events stay in their order. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../../daemon/db/open.js';
import { createJournal } from '../../daemon/events/journal.js';
import { createBoard } from '../../daemon/health/board.js';
import { watchClock } from '../../daemon/jumps.js';
import { openMemory } from '../support/memory.js';

const DAY_MS = 86_400_000;

for (const [way, jump] of [
  ['ahead', DAY_MS],
  ['back', -DAY_MS],
] as const) {
  test(`a clock that jumps a day ${way} is told for a while, and one that is corrected is not`, (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const clock = { wall: 1_000_000_000_000, ticks: 0 };
    const board = createBoard({ log: () => {}, now: () => clock.wall, ticks: () => clock.ticks });
    t.after(watchClock(board, { now: () => clock.wall, ticks: () => clock.ticks }));
    const pass = (wall: number) => {
      clock.ticks += 10_000;
      clock.wall += 10_000 + wall;
      t.mock.timers.tick(10_000);
    };
    pass(0);
    pass(2000);
    assert.equal(board.find('clock'), undefined);
    pass(jump);
    assert.match(board.find('clock')!.reason, new RegExp(`^The clock jumped 86400 s ${way}`));
    for (let at = 0; at < 61; at++) pass(0);
    assert.equal(board.find('clock'), undefined);
  });

  test(`events of a clock that jumps a day ${way} keep their order and their places`, () => {
    const db = openDatabase(':memory:');
    let at = 1_000_000_000_000;
    const journal = createJournal(db, { tell() {} }, () => at);
    for (const folderId of ['a', 'b', 'c']) {
      journal.tell('ann', 'preference/changed', { folderId } as never);
      at += jump;
    }
    const listed = journal.list('ann', 0, 10);
    assert.deepEqual(
      listed.map(({ seq, params }) => [seq, params.folderId]),
      [
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
      ],
    );
    assert.deepEqual(
      journal.list('ann', 1, 10).map(({ seq }) => seq),
      [2, 3],
    );
    assert.equal(journal.covers(0), true);
    db.close();
  });

  test(`a wait and a time limit take as long as they should while the clock jumps a day ${way}`, async (t) => {
    const memory = openMemory();
    t.after(() => memory.close());
    const { id } = await memory.made({ command: ['cat'] });
    const { now } = Date;
    Date.now = () => now() + jump;
    t.after(() => {
      Date.now = now;
    });
    const since = performance.now();
    await assert.rejects(memory.call('session/wait', { id, until: 'exit', timeoutMs: 100 }), /100 ms/);
    const took = performance.now() - since;
    assert.ok(took >= 95 && took < 5000, `${took} ms`);
  });
}
