/** Terminals of our own: nothing printed is lost, nothing leaks into programs, nothing grows, nothing stays. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { cleanEnvironment } from '../../../daemon/environment.js';
import { openReal } from '../../support/backends.js';
import { refused } from '../../support/refused.js';

test('the last words of a program that ends at once are whole, and told before its end, 50 times of 50', async (t) => {
  const { backend, events, start, dead, text } = await openReal(t, 'pty');
  const told: string[] = [];
  events.on('output', () => told.at(-1) !== 'output' && told.push('output'));
  events.on('died', () => told.push('died'));
  for (let round = 0; round < 50; round++) {
    told.length = 0;
    const { window, pane } = await start('sh', '-c', 'head -c 300000 /dev/zero | tr "\\0" x; exec printf END');
    await dead(pane);
    assert.deepEqual([text(pane).length, text(pane).slice(-3)], [300_003, 'END'], `round ${round}`);
    assert.deepEqual(told, ['output', 'died']);
    const { screen } = await backend.capture(pane, { history: 0, styled: false });
    assert.match(screen.toString(), /xEND\n/);
    await backend.kill(window);
  }
});

test('what a program left running prints after the end is cut, and does not hold the end up', async (t) => {
  const { start, dead } = await openReal(t, 'pty');
  const { pane } = await start('sh', '-c', 'trap "" HUP; yes & exit 4');
  assert.equal((await dead(pane)).exitCode, 4);
});

test('a program gets its own terminal and no other descriptor, however many sessions came and went', async (t) => {
  const { backend, start, printed, text } = await openReal(t, 'pty');
  const many = await Promise.all(Array.from({ length: 20 }, () => start('cat')));
  for (const { window } of many.filter((_, at) => at % 3 === 0)) await backend.kill(window);
  const { pane } = await start('sh', '-c', 'ls -l /proc/$$/fd; echo end; cat');
  await printed(pane, 'end');
  const held = [...text(pane).matchAll(/ (\d+) -> (\S+)/g)].map(([, fd, what]) => [fd, /^\/dev\/pts\//.test(what!)]);
  assert.deepEqual(held, [
    ['0', true],
    ['1', true],
    ['2', true],
  ]);
});

test('a program starts with the clean environment, its own variables and nothing else', async (t) => {
  const { create, printed, text } = await openReal(t, 'pty');
  const { pane } = await create({
    argv: ['sh', '-c', 'env; echo end; cat'],
    environment: { MINE: '1' },
    directory: '/usr',
  });
  await printed(pane, 'end\r\n');
  const got = Object.fromEntries(
    text(pane)
      .split('\r\n')
      .filter((line) => line.includes('='))
      .map((line) => line.split(/=(.*)/s, 2)),
  );
  assert.deepEqual(got, { ...cleanEnvironment(process.env), MINE: '1', TERM: 'xterm-256color', PWD: '/usr' });
});

test('a flood is held back to the pace of the screen, so that a capture need not wait for all that was printed', async (t) => {
  const { backend, create } = await openReal(t, 'pty');
  // Lines moved about on a wide terminal are quick to print and slow to take in.
  const { pane } = await create({ argv: ['sh', '-c', `exec yes "$(printf '\\033[1L')"`], cols: 1000, rows: 50 });
  await setTimeout(3000);
  const asked = performance.now();
  assert.equal((await backend.capture(pane, { history: 0, styled: false })).exact, true);
  // Of three seconds of the flood the screen takes in a few; a queue without end would take half a minute.
  assert.ok(performance.now() - asked < 5000, `${performance.now() - asked} ms`);
});

test('a program cannot keep the daemon busy by one short sequence', async (t) => {
  const { start, printed } = await openReal(t, 'pty');
  const began = performance.now();
  for (const final of [
    'S',
    'T',
    'L',
    'M',
    'I',
    'Z',
    'b',
    '@',
    'P',
    'X',
    'A',
    'B',
    'C',
    'D',
    'E',
    'F',
    'G',
    'd',
    'a',
    'e',
  ]) {
    const { pane } = await start('sh', '-c', `printf 'x\\033[2147483647${final}.'; cat`);
    await printed(pane, '.');
    await setTimeout(5);
  }
  assert.ok(performance.now() - began < 5000);
});

test('a program that reads nothing may be typed to up to a bound, and is ended all the same', async (t) => {
  const { backend, start, printed } = await openReal(t, 'pty');
  const { window, pane } = await start('sh', '-c', 'stty raw -echo; echo ready; sleep 60');
  await printed(pane, 'ready');
  const megabyte = Buffer.alloc(1024 * 1024, 'x');
  for (let part = 0; part < 4; part++) await backend.type(pane, megabyte);
  await assert.rejects(backend.type(pane, megabyte), refused('Overloaded', /bytes still to read/));
  await backend.kill(window);
});

test('a program that ignores SIGHUP is gone when the backend has closed', async (t) => {
  const { backend, start, printed } = await openReal(t, 'pty');
  const { pane } = await start('sh', '-c', 'trap "" HUP; echo ready; while :; do sleep 0.1; done');
  await printed(pane, 'ready');
  const { pid } = (await backend.list())[0]!;
  const began = performance.now();
  await backend.close();
  assert.equal(existsSync(`/proc/${pid}`), false);
  assert.ok(performance.now() - began < 4000);
  await assert.rejects(start('true'), refused('Unavailable', /stopping/));
});

/** All that nobody holds any more goes. */
/** Either side of one. */
function isTerminal(fd: string): boolean {
  try {
    return /^\/dev\/(ptmx|pts\/)/.test(readlinkSync(`/proc/self/fd/${fd}`));
  } catch (error) {
    // The one the list was read by.
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOENT');
    return false;
  }
}

test('a session that was killed leaves no descriptor here', async (t) => {
  const { backend, start, dead } = await openReal(t, 'pty');
  const open = () => readdirSync('/proc/self/fd').filter(isTerminal).length;
  const before = open();
  const ended = await start('true');
  await dead(ended.pane);
  const running = await start('cat');
  assert.equal(open(), before + 2, 'both sides of the one that runs');
  await backend.kill(running.window);
  await backend.kill(ended.window);
  assert.equal(open(), before);
  assert.deepEqual(await backend.list(), []);
});
