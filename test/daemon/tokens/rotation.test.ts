/** Number 4: tokens are replaced while everybody works, and nobody notices. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, connect, followTerminal } from '#client';
import { pathsIn } from '#protocol/paths';
import type { Daemon } from '../../support/daemon.js';
import { heard, whole } from '../../support/whole.js';

const SECONDS = Number(process.env.RDV_SOAK_ROTATION_SECONDS) || 3;
const ROTATIONS = 10;
/** Long enough for everybody's turn on a busy machine, and over before the test is. */
const OVERLAP_MS = 3000;
const VISITORS = 3;
const CALLS_PER_VISIT = 40;

const tokenIn = ({ home }: Daemon) => readFileSync(pathsIn(home).cliToken, 'utf8').trim();

test(`4: ten rotations within ${SECONDS} s of logins and calls, and not one fails`, async (t) => {
  const { daemon, client: admin } = await whole(t, { environment: { RDV_TOKEN_OVERLAP_MS: String(OVERLAP_MS) } });
  const failures: unknown[] = [];
  const done = { calls: 0, logins: 0, rotations: 0 };
  let over = false;
  const token = () => tokenIn(daemon);
  const work = async (client: Client, calls: number) => {
    for (let i = 0; i < calls && !over; i += 4) {
      await Promise.all(Array.from({ length: 4 }, () => client.call('daemon/ping', {})));
      done.calls += 4;
    }
  };
  const enter = () => {
    done.logins++;
    return connect({ socketPath: daemon.socket, token });
  };
  const visitor = async () => {
    while (!over) {
      const client = await enter();
      await work(client, CALLS_PER_VISIT);
      client.close();
    }
  };
  const resident = async () => {
    const client = await enter();
    while (!over) {
      await work(client, CALLS_PER_VISIT);
      // About a thousand a second from all of them.
      await sleep(50);
    }
    client.close();
  };
  const begun = performance.now();
  const all = [...Array.from({ length: VISITORS }, visitor), resident(), resident()].map((each) =>
    each.catch((error) => failures.push(error)),
  );
  for (; done.rotations < ROTATIONS; done.rotations++) {
    await sleep((SECONDS * 1000) / ROTATIONS);
    // The administrator's own connection lives through them all.
    await admin.call('token/rotate', { id: 'cli' });
    await admin.call('auth/refresh', { token: token() });
  }
  await sleep(OVERLAP_MS);
  over = true;
  await Promise.all(all);
  const seconds = (performance.now() - begun) / 1000;
  t.diagnostic(`${done.calls} calls and ${done.logins} logins in ${seconds.toFixed(1)} s, ${failures.length} failures`);
  assert.deepEqual(failures, []);
  assert.ok(done.calls > 300 * SECONDS && done.logins > 10 * SECONDS, JSON.stringify(done));
});

test('4: a connection that does not go on with the new token is told, and ends within a second of the overlap', async (t) => {
  const { daemon, client } = await whole(t, { environment: { RDV_TOKEN_OVERLAP_MS: '300' } });
  const told = heard(client, 'auth/rotated');
  const ended = new Promise<number>((resolve) => void client.onClose(() => resolve(Date.now())));
  const { overlapUntil } = await client.call('token/rotate', { id: 'cli' });
  assert.deepEqual(await told, { overlapUntil, file: pathsIn(daemon.home).cliToken });
  const late = (await ended) - overlapUntil;
  assert.ok(late >= 0 && late < 1000, `it ended ${late} ms after the overlap`);
});

for (const [how, token] of [
  ['goes on with the new token in band', (daemon: Daemon) => () => tokenIn(daemon)],
  ['is cut off at the end of the overlap, and comes back with the new token', tokenIn],
] as const) {
  test(`4: a followed terminal ${how}, and loses no byte`, async (t) => {
    const { daemon, client } = await whole(t, { environment: { RDV_TOKEN_OVERLAP_MS: '300' } });
    const { key } = await client.call('token/create', { name: 'admin', scopes: ['admin'] });
    const admin = await connect({ socketPath: daemon.socket, token: key });
    t.after(() => admin.close());
    const command = ['sh', '-c', 'stty -echo; i=0; while read l; do echo "line $l"; done'];
    const { id } = await admin.call('session/create', { command });
    const connections: Client[] = [];
    const terminal = followTerminal({
      sessionId: id,
      async connect() {
        const made = await connect({ socketPath: daemon.socket, token: token(daemon) });
        connections.push(made);
        return made;
      },
    });
    t.after(() => {
      for (const each of connections) each.close();
    });
    const seen = { text: '', kinds: [] as string[] };
    const waiting = new Set<() => void>();
    const shows = async (text: string) => {
      while (!seen.text.includes(text)) await new Promise<void>((resolve) => void waiting.add(resolve));
    };
    const reading = (async () => {
      for await (const event of terminal) {
        if ('data' in event) seen.text += Buffer.from(event.data).toString();
        else seen.kinds.push(event.type);
        for (const wake of waiting) wake();
      }
    })();
    await terminal.write('1\r');
    await shows('line 1');
    const { overlapUntil } = await admin.call('token/rotate', { id: 'cli' });
    await sleep(overlapUntil + 1000 - Date.now());
    await terminal.write('2\r');
    await shows('line 2');
    await terminal.close();
    await reading;
    const cut = token === tokenIn;
    assert.deepEqual(seen.kinds, cut ? ['away', 'back'] : []);
    assert.equal(connections.length, cut ? 2 : 1);
    assert.equal(seen.text.replace(/^[\s\S]*?line 1\r\n/, ''), 'line 2\r\n');
  });
}
