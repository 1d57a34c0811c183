/** Sizes over the real daemon and tmux: one owner, takeovers told, everything back when they have gone. */
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { type Client, connect } from '#client';
import type { Params, Result } from '#protocol';
import { kinds } from '../../support/backends.js';
import type { Daemon } from '../../support/daemon.js';
import { askTmux, heard, reach, whole } from '../../support/whole.js';

type Size = { cols: number; rows: number };

/** What the backend itself says of a session's window, else what the daemon does. */
async function sizeIn(daemon: Daemon, id: string): Promise<string> {
  if (daemon.tmux)
    return askTmux(daemon, 'list-windows', '-t', `=rdv-${id}:`, '-F', '#{window_width}x#{window_height}');
  const client = await connect({ socketPath: daemon.socket, token: daemon.token });
  const { cols, rows } = await client.call('session/get', { id });
  client.close();
  return `${cols}x${rows}`;
}

/** A viewer on a connection of its own. */
async function viewer(t: TestContext, daemon: Daemon, params: Params<'terminal/open'>) {
  const client = await reach(t, daemon);
  const opened = await client.call('terminal/open', params);
  return { client, opened, streamId: opened.streamId };
}

/** Resolves once the session has the size, as every change is told to a viewer. */
async function reaches(client: Client, streamId: string, { cols, rows }: Size): Promise<void> {
  await heard(
    client,
    'terminal/resized',
    (told) => told.streamId === streamId && told.cols === cols && told.rows === rows,
  );
}

/** Two devices, in any order of doing; what tmux has is compared after each step with what its owner should see. */
const deed = fc.record({
  who: fc.integer({ min: 0, max: 2 }),
  does: fc.constantFrom('open', 'resize', 'type', 'focus', 'close'),
  cols: fc.integer({ min: 10, max: 250 }),
  rows: fc.integer({ min: 3, max: 80 }),
});

for (const kind of kinds)
  describe(`on ${kind}`, () => {
    test("the size belongs to who opens, types or calls 'terminal/focus' last; 'terminal/resized' tells the others", async (t) => {
      const { daemon, client } = await whole(t, { environment: { RDV_BACKEND: kind } });
      const { id } = await client.call('session/create', { command: ['cat'], cols: 120, rows: 40 });
      const laptop = await viewer(t, daemon, { sessionId: id, cols: 200, rows: 50 });
      assert.deepEqual([laptop.opened.owner, await sizeIn(daemon, id)], [true, '200x50']);

      const taken = heard(laptop.client, 'terminal/resized');
      const phone = await viewer(t, daemon, { sessionId: id, cols: 40, rows: 20 });
      assert.deepEqual(await taken, { streamId: laptop.streamId, cols: 40, rows: 20, owner: false });
      assert.equal(await sizeIn(daemon, id), '40x20');

      const ignored = await laptop.client.call('terminal/resize', { streamId: laptop.streamId, cols: 180, rows: 45 });
      assert.deepEqual([ignored, await sizeIn(daemon, id)], [{ cols: 40, rows: 20, owner: false }, '40x20']);

      const back = heard(phone.client, 'terminal/resized');
      await laptop.client.call('terminal/input', { streamId: laptop.streamId, data: 'eA==' });
      assert.deepEqual(await back, { streamId: phone.streamId, cols: 180, rows: 45, owner: false });

      const focused = await phone.client.call('terminal/focus', { streamId: phone.streamId });
      assert.deepEqual([focused, await sizeIn(daemon, id)], [{ cols: 40, rows: 20, owner: true }, '40x20']);
    });

    test('the size goes to the next viewer when its owner closes, and home when the last one does', async (t) => {
      const { daemon, client } = await whole(t, { environment: { RDV_BACKEND: kind } });
      const { id } = await client.call('session/create', { command: ['cat'], cols: 120, rows: 40 });
      const watcher = await viewer(t, daemon, { sessionId: id, mode: 'ro' });
      const laptop = await viewer(t, daemon, { sessionId: id, cols: 200, rows: 50 });
      const phone = await viewer(t, daemon, { sessionId: id, cols: 40, rows: 20 });
      const owns = heard(laptop.client, 'terminal/resized', ({ owner }) => owner);
      await phone.client.call('terminal/close', { streamId: phone.streamId });
      assert.deepEqual(await owns, { streamId: laptop.streamId, cols: 200, rows: 50, owner: true });
      const home = reaches(watcher.client, watcher.streamId, { cols: 120, rows: 40 });
      await laptop.client.call('terminal/close', { streamId: laptop.streamId });
      await home;
      assert.equal(await sizeIn(daemon, id), '120x40');
    });

    test('a session made without a size takes its first viewer for home', async (t) => {
      const { daemon, client } = await whole(t, { environment: { RDV_BACKEND: kind } });
      const { id, home } = await client.call('session/create', { command: ['cat'] });
      assert.equal(home, null);
      const laptop = await viewer(t, daemon, { sessionId: id, cols: 150, rows: 45 });
      const phone = await viewer(t, daemon, { sessionId: id, cols: 40, rows: 20 });
      await laptop.client.call('terminal/close', { streamId: laptop.streamId });
      await phone.client.call('terminal/close', { streamId: phone.streamId });
      const session = await client.call('session/get', { id });
      assert.deepEqual([session.home, await sizeIn(daemon, id)], [{ cols: 150, rows: 45 }, '150x45']);
    });

    test('an owner whose connection is lost keeps the size for a moment, and gets it back when it resumes', async (t) => {
      const { daemon, client } = await whole(t, { environment: { RDV_BACKEND: kind } });
      const { id } = await client.call('session/create', { command: ['cat'], cols: 120, rows: 40 });
      const laptop = await viewer(t, daemon, { sessionId: id, cols: 200, rows: 50 });
      const { epoch, offset } = laptop.opened;
      laptop.client.close();
      const again = await viewer(t, daemon, { sessionId: id, cols: 200, rows: 50, resume: { epoch, offset } });
      assert.deepEqual([again.opened.owner, again.opened.resumed, await sizeIn(daemon, id)], [true, true, '200x50']);
      const phone = await viewer(t, daemon, { sessionId: id, cols: 40, rows: 20 });
      const resumed = await viewer(t, daemon, { sessionId: id, cols: 200, rows: 50, resume: { epoch, offset } });
      assert.deepEqual(
        [resumed.opened.owner, await sizeIn(daemon, id)],
        [false, '40x20'],
        'took the size by coming back',
      );
      const watcher = await viewer(t, daemon, { sessionId: id, mode: 'ro' });
      const home = reaches(watcher.client, watcher.streamId, { cols: 120, rows: 40 });
      for (const { client } of [again, resumed, phone]) client.close();
      await home;
    });

    test('an open that is refused changes no size, not even for a moment', async (t) => {
      const { daemon, client } = await whole(t, { environment: { RDV_BACKEND: kind } });
      const { id } = await client.call('session/create', { command: ['cat'], cols: 120, rows: 40 });
      const watcher = await viewer(t, daemon, { sessionId: id, mode: 'ro' });
      const told: object[] = [];
      watcher.client.on('terminal/resized', (view) => told.push(view));
      const { epoch, offset } = watcher.opened;
      const future = { sessionId: id, cols: 40, rows: 20, focus: true, resume: { epoch, offset: offset + 99 } };
      await assert.rejects(client.call('terminal/open', future), { kind: 'InvalidParams' });
      await watcher.client.call('daemon/ping', {});
      assert.deepEqual([told, await sizeIn(daemon, id)], [[], '120x40']);
    });

    test('half a size, and focus without one, are refused', async (t) => {
      const { client } = await whole(t, { environment: { RDV_BACKEND: kind } });
      const { id } = await client.call('session/create', { command: ['cat'] });
      const refused = { kind: 'InvalidParams' };
      await assert.rejects(client.call('terminal/open', { sessionId: id, cols: 90 }), refused);
      const { streamId } = await client.call('terminal/open', { sessionId: id });
      await assert.rejects(client.call('terminal/focus', { streamId }), refused);
      const reader = await client.call('terminal/open', { sessionId: id, mode: 'ro', cols: 90, rows: 30 });
      await assert.rejects(client.call('terminal/focus', { streamId: reader.streamId }), { kind: 'Forbidden' });
    });

    test('random viewers never fight: the window is always as its owner is, and the scrollback survives', async (t) => {
      const { daemon, client } = await whole(t, { environment: { RDV_BACKEND: kind } });
      const { id } = await client.call('session/create', {
        command: [
          'sh',
          '-c',
          'stty -echo; seq -f "line %05g of the scrollback" 1 400; echo ready; exec cat >/dev/null',
        ],
        cols: 100,
        rows: 30,
      });
      await client.call('session/wait', { id, until: 'pattern', pattern: '^ready$' });
      const text = async () => (await client.call('session/scrollback', { id, lines: 1000 })).content;
      const before = await text();
      const devices = await Promise.all([0, 1, 2].map(() => reach(t, daemon)));
      await fc.assert(
        fc.asyncProperty(fc.array(deed, { maxLength: 25 }), async (deeds) => {
          const open: (Result<'terminal/open'> | undefined)[] = [];
          const sizes: Size[] = [];
          let order: number[] = [];
          for (const { who, does, cols, rows } of deeds) {
            const device = devices[who]!;
            const streamId = open[who]?.streamId;
            if (does === 'open' && !streamId) {
              open[who] = await device.call('terminal/open', { sessionId: id, cols, rows });
              sizes[who] = { cols, rows };
            } else if (!streamId || does === 'open') continue;
            else if (does === 'resize') {
              sizes[who] = { cols, rows };
              await device.call('terminal/resize', { streamId, cols, rows });
            } else if (does === 'type') await device.call('terminal/input', { streamId, data: '' });
            else if (does === 'focus') await device.call('terminal/focus', { streamId });
            else if (does === 'close') {
              await device.call('terminal/close', { streamId });
              open[who] = undefined;
            }
            if (does === 'close') order = order.filter((each) => each !== who);
            else if (does !== 'resize') order = [...order.filter((each) => each !== who), who];
            const owner = order.at(-1);
            const expected = owner === undefined ? { cols: 100, rows: 30 } : sizes[owner]!;
            // Typing and leaving are answered before the window has changed; a call behind it waits for that.
            await client.call('session/scrollback', { id, lines: 0 });
            assert.equal(await sizeIn(daemon, id), `${expected.cols}x${expected.rows}`, JSON.stringify(deeds));
          }
          for (const [who, opened] of open.entries())
            if (opened) await devices[who]!.call('terminal/close', { streamId: opened.streamId });
        }),
        { numRuns: Number(process.env.RDV_SOAK_SIZES ?? 15) },
      );
      await client.call('session/scrollback', { id, lines: 0 });
      assert.deepEqual([await sizeIn(daemon, id), await text()], ['100x30', before]);
    });
  });

test('a session left at the size of a viewer of the last daemon goes home', async (t) => {
  const { daemon, client } = await whole(t);
  const { id } = await client.call('session/create', { command: ['cat'], cols: 120, rows: 40 });
  await client.call('terminal/open', { sessionId: id, cols: 40, rows: 20 });
  await daemon.kill9();
  await daemon.restart();
  const watcher = await viewer(t, daemon, { sessionId: id, mode: 'ro' });
  assert.deepEqual([watcher.opened.cols, watcher.opened.owner], [40, false]);
  await reaches(watcher.client, watcher.streamId, { cols: 120, rows: 40 });
  assert.equal(await sizeIn(daemon, id), '120x40');
});

test('a daemon that stops leaves sizes as they are for viewers to come back to', async (t) => {
  const { daemon, client } = await whole(t);
  const { id } = await client.call('session/create', { command: ['cat'], cols: 120, rows: 40 });
  await viewer(t, daemon, { sessionId: id, cols: 200, rows: 50 });
  await daemon.terminate();
  assert.equal(await sizeIn(daemon, id), '200x50');
});
