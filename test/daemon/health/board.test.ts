/** The board of what is wrong: noted, counted, forgotten. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBoard } from '../../../daemon/health/board.js';

function open(log: (line: { message: string }) => void = () => {}) {
  const lines: string[] = [];
  const clock = { time: 1000, ticks: 0 };
  const board = createBoard({
    log(line) {
      log(line);
      lines.push(`${line.message} ${line.component}`);
    },
    now: () => clock.time,
    ticks: () => clock.ticks,
  });
  return { board, lines, clock };
}

test('what is noted stands until it is cleared; noting it again is counted, and the log tells each change once', () => {
  const { board, lines, clock } = open();
  assert.equal(board.find('git'), undefined);
  board.note('git', { reason: 'It hangs.' });
  clock.time = 2000;
  board.note('git', { reason: 'It hangs.' });
  assert.deepEqual(board.find('git'), { reason: 'It hangs.', since: 1000, times: 2 });
  board.note('git', { reason: 'It is gone.' });
  assert.deepEqual(board.find('git'), { reason: 'It is gone.', since: 1000, times: 3 });
  assert.equal(board.find('tmux'), undefined);
  board.clear('git');
  board.clear('git');
  assert.equal(board.find('git'), undefined);
  assert.deepEqual(lines, ['degraded git', 'degraded git', 'well again git']);
});

test('what has no end of its own is forgotten after its time, however the clock is set; noting it again prolongs it', () => {
  const { board, clock } = open();
  board.note('clock', { reason: 'It jumped.', lastsMs: 100 });
  clock.ticks = 99;
  clock.time = -1e12;
  assert.ok(board.find('clock'));
  board.note('clock', { reason: 'It jumped.', lastsMs: 100 });
  clock.ticks = 198;
  assert.ok(board.find('clock'));
  clock.ticks = 199;
  assert.equal(board.find('clock'), undefined);
  board.note('clock', { reason: 'It jumped.', lastsMs: 100 });
  assert.equal(board.find('clock')?.times, 1);
});

test('a log that cannot be written does not hurt whoever notes, and is noted itself', () => {
  const { board } = open(() => {
    throw new Error('ENOSPC');
  });
  board.note('disk', { reason: 'It is full.' });
  assert.equal(board.find('disk')?.reason, 'It is full.');
  assert.match(board.find('log')!.reason, /ENOSPC/);
});
