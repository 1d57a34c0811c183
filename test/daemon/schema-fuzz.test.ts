/** Every method of a real daemon, called with whatever its schema allows and what it forbids: always an answer, never a bug. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import * as z from 'zod';
import { allMethods, type MethodName } from '#protocol';
import { pathsIn } from '#protocol/paths';
import type { Daemon } from '../support/daemon.js';
import { paramsFrom, type Schema, type Sources, spoilt } from '../support/params.js';
import { randomFrom } from '../support/random.js';
import { connectRaw, type RawClient } from '../support/raw.js';
import { placeFor } from '../support/repository.js';
import { folderFor, whole } from '../support/whole.js';

const CALLS = Number(process.env.RDV_FUZZ_CALLS ?? 3000);
const seed = Number(process.env.RDV_SEED ?? Date.now() % 1e6);
/** How long a call may take before it is cancelled: some wait for hours if they are told to. */
const PATIENCE_MS = 400;

/** What would end the test is not called with parameters that fit. */
const ending: readonly string[] = ['initialize', 'auth/refresh', 'shutdown', 'daemon/stop'];

const schemas = new Map(
  allMethods.map(([name, { params }]) => [name, z.toJSONSchema(params, { io: 'input' }) as Schema]),
);

test(`whatever a method is called with it answers, and no answer is a bug (${CALLS} calls, seed ${seed})`, async (t) => {
  const place = placeFor(t);
  const repository = place.init('repo');
  repository.commit({ 'package.json': '{}', 'a.ts': 'x' });
  const home = folderFor(t);
  const { daemon } = await whole(t, { environment: { HOME: home, SHELL: '/bin/sh', RDV_LOG_LEVEL: 'info' } });
  const random = randomFrom(seed);
  const world = await makeWorld(t, daemon, { repository: repository.path, home });
  const codes = new Map<string, number>();
  for (let call = 0; call < CALLS; call++) {
    const [name] = allMethods[call % allMethods.length]!;
    const fitting = paramsFrom(schemas.get(name)!, world.sources(random));
    const bad = ending.includes(name) || random(4) === 0;
    const params = bad ? spoilt(fitting, world.sources(random)) : fitting;
    if (ending.includes(name) && allMethods.find(([own]) => own === name)![1].params.safeParse(params).success)
      continue;
    const { error, result } = await world.call(name, params);
    const said = `${name} ${JSON.stringify(params).slice(0, 600)}: ${JSON.stringify(error)}`;
    assert.notEqual(error?.code, -32603, said);
    assert.equal(error === undefined, result !== undefined, said);
    if (error) assert.match(error.message, /^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]{3,}$/u, said);
    codes.set(error?.data.code ?? 'done', (codes.get(error?.data.code ?? 'done') ?? 0) + 1);
  }
  assert.equal((await world.call('daemon/ping', {})).error, undefined);
  assert.doesNotMatch(readFileSync(pathsIn(daemon.home).log, 'utf8'), /failed by a bug|"level":50/);
  // Both ways through were taken often.
  assert.ok(codes.get('done')! > CALLS / 5 && codes.get('InvalidParams')! > CALLS / 50, JSON.stringify([...codes]));
});

interface Surroundings {
  readonly repository: string;
  readonly home: string;
}

/** A daemon in which there is something to meet: sessions, folders, a repository. */
async function makeWorld(t: TestContext, daemon: Daemon, { repository, home }: Surroundings) {
  let client: RawClient | undefined;
  t.after(() => client?.close());

  /** Some calls end the connection they come by, a token that is replaced for one. */
  async function connected(): Promise<RawClient> {
    if (client && !client.socket.destroyed) return client;
    client = await connectRaw(daemon.socket);
    const { error } = await client.call('initialize', { token: daemon.token });
    assert.equal(error, undefined);
    return client;
  }

  async function call(name: MethodName, params: object): Promise<any> {
    const by = await connected();
    const late = setTimeout(
      () => by.send({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: at } }),
      PATIENCE_MS,
    );
    const at = ids++;
    by.send({ jsonrpc: '2.0', id: at, method: name, params });
    try {
      return await by.next((message) => message.id === at);
    } finally {
      clearTimeout(late);
    }
  }
  let ids = 1;

  const must = async (name: MethodName, params: object) => {
    const { error, result } = await call(name, params);
    assert.equal(error, undefined, `${name}: ${error?.message}`);
    return result;
  };
  const folders = [];
  for (const name of ['a', 'b']) folders.push((await must('folder/create', { name, path: repository })).id);
  const sessions = async () =>
    (await must('session/list', {})).sessions.map(({ id }: { id: string }) => id) as string[];
  for (const folderId of folders) await must('session/create', { folderId, command: ['cat'] });
  const first = await sessions();
  const paths = [home, repository, join(home, 'none'), join(home, 'a\u001b[31m b'), `${home}/../x`];
  const { streamId } = await must('terminal/open', { sessionId: first[0] });

  const known: Readonly<Record<string, readonly unknown[]>> = {
    ...{ folderId: folders, parentId: folders, folderIds: folders, pinnedFolderId: folders, activeFolderId: folders },
    ...{ sessionId: first, sessionIds: first, after: first, id: [...first, ...folders], streamId: [streamId] },
    ...{ projectPath: paths, repoPath: paths, worktreePath: paths, path: paths, localRepoPath: paths },
    ...{
      defaultWorkingDirectory: paths,
      branch: ['main', 'b1', '-x'],
      worktreeBranch: ['w1', 'main'],
      baseBranch: ['main'],
    },
    // What runs, is typed or waited for does no harm, whatever it is.
    ...{ command: [['cat'], ['true'], ['/nowhere/at/all'], 'echo hi'], startupCommand: ['echo hi', ''] },
    ...{ defaultShell: ['/bin/sh', '/nowhere'], timeoutMs: [1, 50], idleMs: [50], text: ['hi', '\u0003', ''] },
  };
  return { call, sources: (random: Sources['random']): Sources => ({ random, known: (field) => known[field] ?? [] }) };
}
