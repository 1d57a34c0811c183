/** The audit of a real daemon: every act that cannot be undone, every login, and nothing of what was typed. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { type Client, connect } from '#client';
import { type AuditEntry, allMethods, auditOf, type MethodName, scopeOf } from '#protocol';
import { pathsIn } from '#protocol/paths';
import { createAudit } from '../../../daemon/audit/handlers.js';
import { openDatabase } from '../../../daemon/db/open.js';
import { createLogStore } from '../../../daemon/orchestrators/log.js';
import { createLock } from '../../../daemon/rpc/locks.js';
import { whole } from '../../support/whole.js';

const id = randomUUID();
const call = (client: Client, name: MethodName, params: object) => client.call(name, params as never);

/** One that came with a session. */
const master = async (client: Client) => ({
  orchestrator: (await client.call('orchestrator/list', {})).orchestrators[0]!,
});

/** A call of each method, by hand; what is not there fails, which must be told too. */
const acts: Partial<Record<MethodName, (client: Client) => Promise<object> | object>> = {
  'session/close': async (client) => ({ id: (await client.call('session/create', { command: ['cat'] })).id }),
  'folder/delete': async (client) => ({ id: (await client.call('folder/create', { name: 'src' })).id }),
  'knowledge/delete': () => ({ folderId: id }),
  'insight/cleanup': () => ({}),
  'insight/delete': () => ({ id }),
  'orchestrator/delete': async (client) => ({
    id: (await client.call('orchestrator/create', { type: 'master' }).catch(() => master(client))).orchestrator.id,
  }),
  'orchestrator/deleteOfFolder': () => ({ folderId: id }),
  'orchestrator/reinitialize': () => ({ type: 'sub_orchestrator', folderId: id }),
  'preference/clearFolder': () => ({ folderId: id }),
  'token/revoke': async (client) => ({ id: (await client.call('token/create', { name: 'phone' })).id }),
  'trash/delete': () => ({ id }),
  'trash/empty': () => ({}),
  'worktree/remove': () => ({ worktreePath: '/nowhere' }),
  'worktree/prune': () => ({ repoPath: '/nowhere' }),
  'tmux/kill': () => ({ name: 'rdv-nobody' }),
  'tmux/killOrphaned': () => ({}),
  'cleanup/run': () => ({}),
  'config/reload': () => ({}),
  'notification/test': () => ({}),
  'daemon/stop': () => ({}),
};

const mustBeWritten = allMethods.filter(
  ([, method]) => method.effect === 'destroy' || (scopeOf(method) === 'admin' && method.effect !== 'read'),
);

/** Of the token in the file that the clients of these tests use. */
async function tokenIdOf(client: Client): Promise<string> {
  const { keys } = await client.call('token/list', {});
  return keys.find(({ kind, file }) => kind === 'cli' && file !== null)!.id;
}

const isOf = (name: string) => (entry: AuditEntry) => entry.method === name;

test('every method that destroys, and every one that changes the daemon, leaves a row before and one after', async (t) => {
  const { daemon, client } = await whole(t);
  assert.deepEqual(mustBeWritten.map(([name]) => name).sort(), Object.keys(acts).sort());
  const tokenId = await tokenIdOf(client);
  const outcomes: Record<string, string> = {};
  const stopping = mustBeWritten.filter(([name]) => name === 'daemon/stop');
  for (const [name, method] of [...mustBeWritten.filter(([name]) => name !== 'daemon/stop'), ...stopping]) {
    assert.equal(auditOf(method), 'before', name);
    const params = await acts[name]!(client);
    outcomes[name] = await call(client, name, params).then(
      () => 'done',
      (error) => error.data.code,
    );
  }
  await daemon.terminate();
  // Read from the file, as the daemon has stopped.
  const db = openDatabase(pathsIn(daemon.home).database);
  t.after(() => db.close());
  const rows = db.prepare('SELECT * FROM audit ORDER BY seq').all() as Record<string, unknown>[];
  for (const [name, outcome] of Object.entries(outcomes)) {
    const [begun, ended, ...more] = rows.filter(({ method }) => method === name);
    assert.deepEqual([begun?.outcome, ended?.outcome, more.length], ['begun', outcome, 0], name);
    assert.equal(ended?.begun_seq, begun?.seq, name);
    for (const row of [begun, ended]) assert.deepEqual([row?.user_id, row?.token_id], ['local', tokenId], name);
  }
  assert.ok(Object.values(outcomes).filter((outcome) => outcome === 'done').length >= 5, JSON.stringify(outcomes));
});

test('every login leaves a row, good or bad, without what was sent', async (t) => {
  const { daemon, client } = await whole(t);
  for (const token of ['wrong-canary-token', ''])
    await assert.rejects(connect({ socketPath: daemon.socket, token }), /token/i);
  const tokenId = await tokenIdOf(client);
  const { entries } = await client.call('audit/list', { method: 'initialize' });
  const said = entries.map(({ user, tokenId, outcome }) => [user, tokenId, outcome]);
  // The first is of the test's own look whether it is ready.
  assert.deepEqual(said, [
    [null, null, 'MISSING_TOKEN'],
    [null, null, 'INVALID_TOKEN'],
    ['local', tokenId, 'done'],
    ['local', tokenId, 'done'],
  ]);
  assert.equal(new Set(entries.map(({ connection }) => connection)).size, 4);
  assert.doesNotMatch(JSON.stringify(await client.call('audit/list', {})), /canary/);
  assert.equal((await client.call('audit/verify', {})).ok, true);
});

const CANARY = 'canary-5f1c';

test('nothing that was typed, sent, set or read stands in the audit', async (t) => {
  const { daemon, client } = await whole(t);
  const environment = { SECRET: CANARY };
  const { id } = await client.call('session/create', { name: CANARY, command: ['cat'], environment });
  const folder = await client.call('folder/create', { name: CANARY });
  const { streamId } = await client.call('terminal/open', { sessionId: id, cols: 80, rows: 24 });
  const quiet: [MethodName, object][] = [
    ['session/exec', { id, command: `echo ${CANARY}` }],
    ['session/send', { id, text: CANARY }],
    ['session/run', { command: ['echo', CANARY], environment, name: CANARY }],
    ['session/record', { id }],
    ['terminal/input', { streamId, data: Buffer.from(CANARY).toString('base64') }],
    ['preference/setVariables', { folderId: folder.id, variables: environment }],
    ['preference/set', { startupCommand: CANARY }],
    ['knowledge/update', { folderId: folder.id, action: 'add_skill', data: { name: CANARY, command: CANARY } }],
    ['session/update', { id, name: CANARY }],
    ['session/scrollback', { id }],
    ['session/close', { id }],
    ['folder/delete', { id: folder.id }],
  ];
  for (const [name, params] of quiet) await call(client, name, params).catch((error) => assert.ok(error.data, name));
  const { entries } = await client.call('audit/list', { limit: 1000 });
  for (const name of [
    'session/create',
    'session/exec',
    'session/send',
    'session/run',
    'session/close',
    'folder/delete',
  ])
    assert.ok(entries.some(isOf(name)), `${name} is not in the audit`);
  assert.doesNotMatch(JSON.stringify(entries), new RegExp(CANARY));
  assert.doesNotMatch(readFileSync(pathsIn(daemon.home).auditHead, 'latin1'), new RegExp(CANARY));
});

test('a whole verification of many rows keeps nobody waiting', async (t) => {
  const rows = Number(process.env.RDV_SOAK_AUDIT_ROWS ?? 10_000);
  const { daemon } = await whole(t);
  await daemon.terminate();
  grow(t, daemon.home, rows);
  await daemon.restart();
  const { socket: socketPath, token } = daemon;
  const [asking, pinging] = [await connect({ socketPath, token }), await connect({ socketPath, token })];
  t.after(() => [asking, pinging].map((each) => each.close()));
  const ping = async () => {
    const at = performance.now();
    await pinging.call('daemon/ping', {});
    return performance.now() - at;
  };
  const [quiet, busy]: [number[], number[]] = [[], []];
  while (quiet.length < 300) quiet.push(await ping());
  let running = true;
  const verified = asking.call('audit/verify', {}).finally(() => (running = false));
  while (running) busy.push(await ping());
  const { ok, rows: seen } = await verified;
  assert.ok(ok && seen >= rows, `${seen} rows`);
  const said = `${seen} rows, ${busy.length} pings meanwhile, p99 ${p99(busy).toFixed(1)} ms, else ${p99(quiet).toFixed(1)} ms`;
  t.diagnostic(said);
  // How long each took is a matter of the machine; that they came in between is not.
  assert.ok(busy.length > 20, said);
});

const p99 = (times: number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)]!;

/** Rows as the daemon writes them, many in one commit. */
function grow(t: TestContext, home: string, rows: number): void {
  const { database, auditHead } = pathsIn(home);
  assert.ok(existsSync(auditHead));
  const db = openDatabase(database);
  const { auditor, close } = createAudit({
    ...{ db, path: auditHead, maxBytes: () => 1e9, now: Date.now, lock: createLock() },
    ...{ log: (line) => t.diagnostic(JSON.stringify(line)), wrote() {}, covered: createLogStore(db) },
  });
  const act = { user: 'local', tokenId: 'cli', connection: id, method: 'session/close', target: id };
  db.transaction(() => {
    for (let i = 0; i < rows; i++) auditor.end(act, 'done');
  })();
  close();
  db.close();
}
