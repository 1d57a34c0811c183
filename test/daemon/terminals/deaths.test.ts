/** Viewers that die at any byte: another connection goes on where they stopped, and nothing is lost or comes twice. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Client } from '#client';
import { stream as limits } from '#protocol';
import { createDecoder, frame } from '#protocol/frames';
import type { Daemon } from '../../support/daemon.js';
import { colouredLines, type Random, randomFrom } from '../../support/random.js';
import { folderFor, whole } from '../../support/whole.js';

const DEATHS = Number(process.env.RDV_SOAK_DEATHS ?? 50);
const SEED = Number(process.env.RDV_SOAK_SEED ?? 20_261_124);
/** Less than the daemon lets a viewer fall behind, however slowly this machine starts the next one. */
const PIECE = limits.lagBytes / 2;
const DEATHS_PER_PIECE = 10;

/** What outlives a viewer: the place after the last byte it kept, and a sum of all it was ever given. */
interface Kept {
  epoch: string;
  offset: number;
  readonly digest: ReturnType<typeof createHash>;
}

/**
 * A viewer of bare bytes, which takes in no more than `life` of them, to the byte, and dies there, or as soon as it has
 * everything before `goal`. Resolves when its socket is gone.
 */
function live(
  { socket: path, token }: Daemon,
  sessionId: string,
  kept: Kept,
  { life, goal }: { life: number; goal: number },
) {
  return new Promise<void>((resolve, reject) => {
    const socket = connect(path);
    const decoder = createDecoder({ headerBytes: 1024, bodyBytes: 64 * 1024 * 1024 });
    const send = (id: number, method: string, params: object) =>
      socket.write(frame({ jsonrpc: '2.0', id, method, params }));
    let left = life;
    let acked = kept.offset;
    let streamId = '';
    const hear = (message: any) => {
      if (message.id === 1) send(2, 'terminal/open', { sessionId, resume: { epoch: kept.epoch, offset: kept.offset } });
      if (message.id === 2) {
        assert.equal(message.result?.resumed, true, JSON.stringify(message.error));
        assert.equal(message.result.offset, kept.offset);
        streamId = message.result.streamId;
      }
      assert.ok(!/gap|snapshot|closed/.test(message.method ?? ''), `was told ${message.method}`);
      if (message.method !== 'terminal/output') return;
      const data = Buffer.from(message.params.data, 'base64');
      assert.equal(message.params.offset, kept.offset, 'a hole or a repeat');
      kept.digest.update(data);
      kept.offset += data.length;
      if (kept.offset - acked < limits.ackEveryBytes) return;
      acked = kept.offset;
      send(3, 'terminal/ack', { streamId, offset: acked });
    };
    socket.on('connect', () => send(1, 'initialize', { token }));
    socket.on('data', (chunk) => {
      try {
        for (const event of decoder.push(chunk.subarray(0, left))) {
          if (event.kind === 'error') throw event.error;
          hear(JSON.parse(event.body.toString()));
        }
      } catch (error) {
        reject(error);
        left = 0;
      }
      left -= Math.min(left, chunk.length);
      if (left === 0 || kept.offset >= goal) socket.destroy();
    });
    socket.on('error', reject);
    socket.once('close', () => resolve());
    if (life === 0) socket.once('connect', () => socket.destroy());
  });
}

/** At once, in the middle of the greeting, or anywhere in what a piece of output becomes on the wire. */
function lifeOf(random: Random): number {
  const dice = random(10);
  if (dice === 0) return 0;
  if (dice < 3) return random(2000);
  return random((2 * PIECE * 4) / 3 / DEATHS_PER_PIECE);
}

/** A program that prints the files, one each time it is told to go on. */
async function startPieces(client: Client, files: readonly string[]) {
  const script = 'stty -echo -opost; printf ready; for f; do read go; cat "$f"; done; cat';
  const { id } = await client.call('session/create', { command: ['sh', '-c', script, 'sh', ...files] });
  await client.call('session/wait', { id, until: 'pattern', pattern: 'ready' });
  return id;
}

test(`${DEATHS} viewers die at a random byte of a flood, and the bytes of all together are the flood (seed ${SEED})`, async (t) => {
  const random = randomFrom(SEED);
  const { daemon, client } = await whole(t);
  const folder = folderFor(t);
  const pieces = Array.from({ length: Math.ceil(DEATHS / DEATHS_PER_PIECE) }, () => colouredLines(random, PIECE));
  const files = pieces.map((piece, at) => {
    writeFileSync(join(folder, `${at}`), piece);
    return join(folder, `${at}`);
  });
  const sessionId = await startPieces(client, files);
  const { epoch, offset, streamId } = await client.call('terminal/open', { sessionId });
  await client.call('terminal/close', { streamId });
  const kept: Kept = { epoch, offset, digest: createHash('sha256') };
  let goal = offset;
  let deaths = 0;
  for (const piece of pieces) {
    goal += piece.length;
    await client.call('session/send', { id: sessionId, enter: true });
    for (let death = 0; death < DEATHS_PER_PIECE && deaths < DEATHS; death++, deaths++) {
      await live(daemon, sessionId, kept, { life: lifeOf(random), goal });
    }
    await live(daemon, sessionId, kept, { life: Number.POSITIVE_INFINITY, goal });
  }
  assert.equal(kept.offset, goal);
  assert.equal(kept.digest.digest('hex'), createHash('sha256').update(Buffer.concat(pieces)).digest('hex'));
  t.diagnostic(`${deaths} deaths in ${goal - offset} bytes`);
});
