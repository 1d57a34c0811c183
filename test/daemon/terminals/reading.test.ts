/** Terminals read as text over the real daemon and tmux. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Client, connect } from '#client';
import type { Params } from '#protocol';
import { kinds } from '../../support/backends.js';
import { type Daemon, startDaemon } from '../../support/daemon.js';

for (const kind of kinds)
  describe(`on ${kind}`, () => {
    let daemon: Daemon;
    let client: Client;

    before(async () => {
      daemon = await startDaemon({ environment: { RDV_BACKEND: kind } });
      client = await connect({ socketPath: daemon.socket, token: daemon.token });
    });
    after(async () => {
      client.close();
      await daemon.stop();
    });

    /** Runs a script that says `ready` before it waits for Enter. */
    async function start(script: string): Promise<string> {
      const { id } = await client.call('session/create', { command: ['sh', '-c', `stty -echo; ${script}`] });
      await client.call('session/wait', { id, until: 'pattern', pattern: '^ready$' });
      return id;
    }
    const enter = (id: string) => client.call('session/send', { id, enter: true });
    const appears = (id: string, pattern: string) => client.call('session/wait', { id, until: 'pattern', pattern });
    const read = (sessionId: string, more: Partial<Params<'terminal/read'>> = {}) =>
      client.call('terminal/read', { sessionId, ...more });
    const bytesOf = (value: object) => Buffer.byteLength(JSON.stringify(value));

    test("'terminal/read' gives the screen once, and says in few bytes that it is unchanged", async () => {
      const id = await start('echo ready; read go; printf "\\033[2;5H\\033[31mred"; cat');
      const { cursor, content, screen } = await read(id);
      assert.deepEqual([content, screen], ['ready', { cols: 80, rows: 24, cursorX: 0, cursorY: 1, alternate: false }]);
      const same = await read(id, { cursor });
      assert.deepEqual(same, { content: '', cursor: same.cursor, unchanged: true, omittedLines: 0, complete: true });
      assert.ok(bytesOf(same) <= 200, `${bytesOf(same)} bytes`);
      await enter(id);
      await appears(id, 'red');
      const changed = await read(id, { cursor });
      assert.deepEqual([changed.content, changed.unchanged], ['ready\n    red', false]);
    });

    test('what is new since the cursor is read piece by piece, each line once', async () => {
      const id = await start('echo ready; read a; seq 1 3; read b; printf "10%%\\r100%%\\ndone\\n"; cat');
      const first = await read(id, { mode: 'new' });
      assert.equal(first.content, 'ready');
      await enter(id);
      await appears(id, '^3$');
      const second = await read(id, { mode: 'new', cursor: first.cursor });
      assert.deepEqual([second.content.trim(), second.complete], ['1\n2\n3', true]);
      const nothing = await read(id, { mode: 'new', cursor: second.cursor });
      assert.deepEqual([nothing.unchanged, nothing.content], [true, '']);
      await enter(id);
      await appears(id, 'done');
      const third = await read(id, { mode: 'new', cursor: nothing.cursor });
      assert.equal(third.content.trim(), '100%\ndone');
    });

    test('what is new but no longer held is said to be missing, with the history instead', async () => {
      const id = await start('echo ready; read a; seq 1 500000; cat');
      const { cursor } = await read(id, { mode: 'new' });
      await enter(id);
      await appears(id, '^500000$');
      const late = await read(id, { mode: 'new', cursor, maxLines: 3 });
      assert.deepEqual([late.complete, late.content], [false, '499998\n499999\n500000']);
      const next = await read(id, { mode: 'new', cursor: late.cursor });
      assert.deepEqual([next.complete, next.unchanged], [true, true]);
    });

    test('the history keeps its newest lines within the limits, and counts the others', async () => {
      const id = await start('seq 1 300; echo ready; cat');
      const lines = await read(id, { mode: 'history', maxLines: 5 });
      assert.equal(lines.content, '297\n298\n299\n300\nready');
      const bytes = await read(id, { mode: 'history', maxLines: 1000, maxBytes: 256 });
      assert.ok(bytes.content.endsWith('300\nready') && Buffer.byteLength(bytes.content) <= 256);
      assert.equal(bytes.omittedLines, 301 - bytes.content.split('\n').length);
    });

    test("'terminal/search' finds lines in history and screen, newest kept, with their place", async () => {
      const id = await start('seq 1 300; echo ready; cat');
      const found = await client.call('terminal/search', {
        sessionId: id,
        pattern: '^(29\\d|READY)$',
        ignoreCase: true,
      });
      assert.equal(found.searchedLines, 301);
      assert.deepEqual(
        found.matches.map(({ line, text }) => [line, text]),
        [...Array.from({ length: 10 }, (_, i) => [11 - i, `${290 + i}`]), [0, 'ready']],
      );
      const few = await client.call('terminal/search', { sessionId: id, pattern: '9', maxMatches: 2 });
      assert.deepEqual(
        [few.complete, few.matches.map(({ text, start, end }) => [text, start, end])],
        [
          false,
          [
            ['298', 1, 2],
            ['299', 1, 2],
          ],
        ],
      );
    });

    const bad: Record<string, [method: 'terminal/read' | 'terminal/search', params: object, kind: string]> = {
      'a cursor that is none': ['terminal/read', { cursor: 'yesterday' }, 'InvalidParams'],
      'no lines': ['terminal/read', { maxLines: 0 }, 'InvalidParams'],
      'another mode': ['terminal/read', { mode: 'all' }, 'InvalidParams'],
      'another session': ['terminal/read', { sessionId: '3f2a7c1e-0000-4000-8000-000000000001' }, 'NotFound'],
      'a broken expression': ['terminal/search', { pattern: '(' }, 'InvalidParams'],
      'an expression too large': ['terminal/search', { pattern: '(a{500}){900}' }, 'InvalidParams'],
      'an empty expression': ['terminal/search', { pattern: '' }, 'InvalidParams'],
    };

    test('what cannot be read is refused with the reason', async () => {
      const id = await start('echo ready; cat');
      for (const [name, [method, params, kind]] of Object.entries(bad))
        await assert.rejects(client.call(method, { sessionId: id, ...params } as never), { kind }, name);
      const { cursor } = await read(id, { mode: 'new' });
      const [epoch, offset] = cursor.split('.');
      const future = `${epoch}.${Number(offset) + 100}.`;
      await assert.rejects(read(id, { mode: 'new', cursor: future }), {
        kind: 'InvalidParams',
        message: /not printed yet/,
      });
      await client.call('session/close', { id });
      await assert.rejects(read(id), { kind: 'Gone' });
    });
  });
