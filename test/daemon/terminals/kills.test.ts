/** kill -9 of the daemon while programs print: they live on, are found again, and a viewer comes back to what is there. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Client } from '#client';
import type { Daemon } from '../../support/daemon.js';
import { absent, openRecord, type Program, present, recorded } from '../../support/programs.js';
import { type Random, randomFrom } from '../../support/random.js';
import { createReference } from '../../support/reference.js';
import { createWatch, type Watch } from '../../support/watch.js';
import { askTmux, folderFor, reach, whole } from '../../support/whole.js';

const KILLS = Number(process.env.RDV_SOAK_KILLS ?? 5);
const SEED = Number(process.env.RDV_SOAK_SEED ?? 20_261_124);
/** A session must be there again this soon after the new daemon was started; beside other tests on two cores, later. */
const ADOPTED_MS = process.env.RDV_SOAK_KILLS ? 2000 : 10_000;
/** A screen that is not right by then never will be. */
const EQUAL_MS = 10_000;

const size = { cols: 90, rows: 25 };

interface Running {
  readonly program: Program;
  readonly id: string;
  readonly folder: string;
  readonly record: ReturnType<typeof openRecord>;
  readonly pid: string;
  view: View;
}

const pidOf = (daemon: Daemon, id: string) => askTmux(daemon, 'list-panes', '-t', `=rdv-${id}:`, '-F', '#{pane_pid}');

async function start(t: TestContext, program: Program, daemon: Daemon, client: Client): Promise<Running> {
  const folder = join(folderFor(t), program.name);
  mkdirSync(folder);
  const path = join(folder, 'record');
  const { id } = await client.call('session/create', { command: recorded(program.argv(folder), path), ...size });
  while (!existsSync(path)) await sleep(10);
  const record = openRecord(path, size);
  t.after(() => record.close());
  return { program, id, folder, record, pid: pidOf(daemon, id), view: await openView(client, id) };
}

type View = Awaited<ReturnType<typeof openView>>;

/** A viewer with a terminal that draws its snapshot and what follows. */
async function openView(client: Client, sessionId: string, resume?: { epoch: string; offset: number }) {
  const parts: Buffer[] = [];
  const watch = await createWatch(client, { sessionId, ...(resume && { resume }) });
  watch.onData((data) => parts.push(data));
  const terminal = createReference(size);
  const { snapshot } = watch.opened;
  if (snapshot) parts.unshift(Buffer.from(snapshot.data, 'base64'));
  return {
    watch,
    async seen() {
      for (const part of parts.splice(0)) await terminal.write(part);
      return terminal.seen();
    },
    close: () => terminal.close(),
  };
}

/** The viewer's terminal comes to be, cell by cell, the one that saw every byte the program printed. */
async function checkEqual({ program, record, view }: Running, when: string): Promise<void> {
  const late = performance.now() + EQUAL_MS;
  for (;;) {
    const [wanted, seen] = [await record.seen(), await view.seen()];
    if (isDeepStrictEqual(seen, wanted)) return;
    if (performance.now() > late) assert.deepEqual(seen, wanted, `${program.name}, ${when}`);
    await sleep(15);
  }
}

const type = (client: Client, { streamId }: Watch, keys: string) =>
  client.call('terminal/input', { streamId, data: Buffer.from(keys).toString('base64') });

/** One death: everybody prints, the daemon is killed at a moment of chance, its successor finds all. Returns how late. */
async function killOnce(daemon: Daemon, connected: Client, all: Running[], random: Random, round: number) {
  const done = (folder: string) => join(folder, `done-${round}`);
  for (const { program, view, folder } of all) await type(connected, view.watch, program.keys(random, done(folder)));
  await sleep(random(60));
  await daemon.kill9();
  const places = all.map(({ view: { watch } }) => ({ epoch: watch.epoch, offset: watch.offset() }));
  const startedAt = performance.now();
  await daemon.restart();
  return { places, startedAt, done };
}

test(`${KILLS} kills of the daemon while ${present.map(({ name }) => name).join(', ')} print (seed ${SEED})`, async (t) => {
  const random = randomFrom(SEED);
  const { daemon, client } = await whole(t);
  let connected = client;
  const all: Running[] = [];
  for (const program of present) all.push(await start(t, program, daemon, client));
  for (const running of all) await checkEqual(running, 'at the start');
  let worst = 0;
  for (let round = 0; round < KILLS; round++) {
    const { places, startedAt, done } = await killOnce(daemon, connected, all, random, round);
    connected.close();
    connected = await reach(t, daemon);
    const { sessions } = await connected.call('session/list', { status: ['active'] });
    assert.deepEqual(sessions.map(({ id }) => id).sort(), all.map(({ id }) => id).sort());
    worst = Math.max(worst, performance.now() - startedAt);
    for (const [at, running] of all.entries()) {
      running.view.close();
      running.view = await openView(connected, running.id, places[at]);
      assert.equal(running.view.watch.opened.resumed, false);
      assert.equal(pidOf(daemon, running.id), running.pid);
    }
    for (const { folder } of all) writeFileSync(done(folder), '');
    for (const running of all) {
      await checkEqual(running, `kill ${round}`);
      assert.deepEqual(running.view.watch.gaps, []);
    }
  }
  t.diagnostic(`sessions were there again after ${Math.round(worst)} ms at worst`);
  assert.ok(worst < ADOPTED_MS, `${worst} ms`);
});

test('the programs people use are installed', { skip: absent.length > 0 && `missing: ${absent.join(', ')}` }, () => {});
