/** A terminal that lasts, over the real daemon: its connections cut in the middle of a flood, the daemon killed while a program prints. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { type Client, connect, createShared, type FollowedEvent, followTerminal } from '#client';
import type { Daemon } from '../support/daemon.js';
import { whole } from '../support/whole.js';

/** A session whose terminal neither echoes nor changes line ends; it goes on with `script` after a first line typed. */
async function startPlain(client: Client, script: string): Promise<string> {
  const command = ['sh', '-c', `stty -echo -onlcr; echo ready; read go; ${script}; exec cat`];
  const { id } = await client.call('session/create', { command });
  await client.call('session/wait', { id, until: 'pattern', pattern: '^ready$' });
  return id;
}

function follow({ socket, token }: Daemon, sessionId: string) {
  const connections: Client[] = [];
  const shared = createShared(async () => {
    const client = await connect({ socketPath: socket, token });
    connections.push(client);
    return client;
  });
  const terminal = followTerminal({ connect: () => shared.client(), sessionId });
  return {
    terminal,
    connections,
    async close() {
      await terminal.close();
      shared.close();
    },
  };
}

const text = (event: FollowedEvent) => ('data' in event ? Buffer.from(event.data).toString() : '');

test('connections cut in the middle of a flood lose no byte and repeat none', async (t) => {
  const { daemon, client } = await whole(t);
  const lines = 300_000;
  const id = await startPlain(client, `seq 1 ${lines}`);
  const { terminal, connections, close } = follow(daemon, id);
  const digest = createHash('sha256');
  const seen = { bytes: 0, away: 0, back: [] as boolean[], gaps: 0 };
  const cuts = [100_000, 500_000, 1_000_000];
  let tail = '';
  for await (const event of terminal) {
    if (event.type === 'snapshot') await terminal.write('\r');
    if (event.type === 'away') seen.away++;
    if (event.type === 'back') seen.back.push(event.resumed);
    if (event.type === 'gap') seen.gaps++;
    if (event.type !== 'data') continue;
    digest.update(event.data);
    seen.bytes += event.data.length;
    tail = `${tail}${text(event)}`.slice(-20);
    if (seen.bytes > (cuts[0] ?? Number.POSITIVE_INFINITY)) {
      cuts.shift();
      connections.at(-1)!.close();
    }
    if (tail.endsWith(`\n${lines}\n`)) break;
  }
  const expected = Array.from({ length: lines }, (_, at) => `${at + 1}\n`).join('');
  assert.equal(digest.digest('hex'), createHash('sha256').update(expected).digest('hex'));
  assert.deepEqual(seen, { bytes: expected.length, away: 3, back: [true, true, true], gaps: 0 });
  assert.equal(connections.length, 4);
  await close();
});

test('a daemon killed while a program prints costs one gap and one snapshot, and then no byte', async (t) => {
  const { daemon, client } = await whole(t);
  const id = await startPlain(client, 'i=0; while [ $i -lt 600 ]; do i=$((i+1)); echo "line $i"; sleep 0.01; done');
  const { terminal, close } = follow(daemon, id);
  const seen: string[] = [];
  let printed = '';
  let restarted: Promise<void> | undefined;
  let killedAt = 0;
  for await (const event of terminal) {
    if (event.type !== 'data') seen.push(event.type);
    if (event.type === 'snapshot' && !event.reset) await terminal.write('\r');
    if (event.type === 'snapshot') printed = '';
    if (event.type === 'snapshot' && event.reset) assert.match(text(event), /line \d+\r\n/);
    printed += text(event);
    if (!restarted && printed.includes('line 30\n')) {
      killedAt = performance.now();
      restarted = daemon.kill9().then(() => daemon.restart());
    }
    if (printed.includes('line 600\n')) break;
  }
  await restarted;
  assert.deepEqual(seen, ['snapshot', 'away', 'back', 'gap', 'snapshot']);
  // A snapshot may end within a line, and says behind it where the cursor is and how the terminal is set.
  const plain = printed.replace(/\x1b(?:\[[\d;?]*[a-zA-Z]|[()].|[^[])/g, '');
  const numbers = [...plain.matchAll(/line (\d+)/g)].map(([, number]) => Number(number));
  const breaks = numbers.flatMap((number, at) => (at > 0 && number !== numbers[at - 1]! + 1 ? [number] : []));
  const around = breaks.map((number) =>
    printed.slice(Math.max(0, printed.indexOf(`line ${number}`) - 200)).slice(0, 400),
  );
  assert.deepEqual(around, [], 'the snapshot with its history and the output after it are one unbroken sequence');
  assert.equal(numbers.at(-1), 600);
  assert.ok(numbers.length > 560, `${numbers.length} lines, ${performance.now() - killedAt} ms`);
  await close();
});

test('a viewer is back within 2 s of the daemon', async (t) => {
  const { daemon, client } = await whole(t);
  const id = await startPlain(client, ':');
  const { terminal, close } = follow(daemon, id);
  const events = terminal[Symbol.asyncIterator]();
  await events.next();
  await daemon.terminate();
  assert.deepEqual((await events.next()).value, { type: 'away', reason: 'stopping' });
  const back = events.next();
  const written = terminal.write('typed while away\r');
  await daemon.restart();
  const returnedAt = performance.now();
  assert.deepEqual((await back).value, { type: 'back', resumed: false });
  assert.ok(performance.now() - returnedAt < 2500, `${performance.now() - returnedAt} ms`);
  await written;
  await close();
});
