/** Number 6: whatever two users do, neither ever sees anything of the other. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { type Client, connect } from '#client';
import type { MethodName, Params } from '#protocol';
import { RpcError } from '#protocol/errors';
import { pathsIn } from '#protocol/paths';
import { type Daemon, startDaemon } from '../../support/daemon.js';

const USERS = ['ann', 'bob'] as const;
type User = (typeof USERS)[number];
const RUNS = Number(process.env.RDV_SOAK_USERS) || 12;
const other = (user: User): User => (user === 'ann' ? 'bob' : 'ann');

let daemon: Daemon;
const clients = new Map<User, Client>();
/** Ids that were made, by the kind of what they name. */
const made: Record<User, Record<'session' | 'folder' | 'token' | 'trash', string[]>> = {
  ann: { session: [], folder: [], token: [], trash: [] },
  bob: { session: [], folder: [], token: [], trash: [] },
};
/** Everything either was ever sent. */
const seen: Record<User, string> = { ann: '', bob: '' };

before(async () => {
  daemon = await startDaemon();
  const token = readFileSync(pathsIn(daemon.home).serviceToken, 'utf8').trim();
  for (const user of USERS) {
    const client = await connect({ socketPath: daemon.socket, token, user });
    clients.set(user, client);
    for (const name of [
      'session/created',
      'session/changed',
      'folder/created',
      'folder/changed',
      'folder/deleted',
    ] as const)
      client.on(name, (told) => (seen[user] += JSON.stringify(told)));
    client.on('trash/added', (told) => (seen[user] += JSON.stringify(told)));
    await client.call('event/subscribe', {});
    // Something of each kind from the beginning.
    for (const what of ['file', 'create', 'create', 'key']) await steps[what]!(user, () => '');
    await steps.trash!(user, (kind) => made[user][kind][0] ?? NONE);
  }
});
after(async () => {
  for (const client of clients.values()) client.close();
  await daemon.stop();
});

/** A call and what it answers, or how it is refused. */
async function call<M extends MethodName>(user: User, method: M, params: Params<M>): Promise<any> {
  try {
    const result = await clients.get(user)!.call(method, params);
    seen[user] += JSON.stringify(result);
    return result;
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    assert.notEqual(error.kind, 'Internal', `${method}: ${error.message}`);
    return error;
  }
}

type Kind = keyof (typeof made)['ann'];
/** One of his own, or one of the other's, as chance has it. */
type Pick = (kind: Kind) => string;

const steps: Record<string, (user: User, any: Pick) => Promise<void>> = {
  async create(user, any) {
    const folderId = any('folder');
    const made1 = await call(user, 'session/create', {
      command: ['cat'],
      name: `of ${user}`,
      ...(folderId && { folderId }),
    });
    if (made1.id) made[user].session.push(made1.id);
  },
  async file(user, any) {
    const parentId = any('folder');
    const folder = await call(user, 'folder/create', { name: `of ${user}`, ...(parentId && { parentId }) });
    if (folder.id) made[user].folder.push(folder.id);
  },
  async key(user, any) {
    const folderId = any('folder');
    const key = await call(user, 'token/create', { name: `of ${user}`, ...(folderId && { folderId }) });
    if (key.id) made[user].token.push(key.id);
  },
  async trash(user, any) {
    const { trashItemId } = await call(user, 'session/close', { id: any('session'), trash: true });
    if (trashItemId) made[user].trash.push(trashItemId);
  },
  restore: (user, any) => call(user, 'trash/restore', { id: any('trash') }),
  erase: (user, any) => call(user, 'trash/delete', { id: any('trash') }),
  rename: (user, any) => call(user, 'session/rename', { id: any('session'), name: 'renamed' }),
  move: (user, any) => call(user, 'session/move', { id: any('session'), folderId: any('folder') || null }),
  reorder: (user, any) => call(user, 'session/reorder', { sessionIds: [any('session')] }),
  send: (user, any) => call(user, 'session/send', { id: any('session'), text: 'x' }),
  read: (user, any) => call(user, 'session/scrollback', { id: any('session') }),
  ticket: (user, any) => call(user, 'session/ticket', { id: any('session') }),
  get: (user, any) => call(user, 'session/get', { id: any('session') }),
  folder: (user, any) => call(user, 'folder/get', { id: any('folder') }),
  context: (user, any) => call(user, 'folder/context', { id: any('folder') }),
  unfile: (user, any) => call(user, 'folder/delete', { id: any('folder') }),
  revoke: (user, any) => call(user, 'token/revoke', { id: any('token') }),
  rotate: (user, any) => call(user, 'token/rotate', { id: any('token') }),
  async lists(user) {
    await call(user, 'session/list', { status: ['active', 'suspended', 'closed', 'trashed'] });
    await call(user, 'folder/list', {});
    await call(user, 'token/list', { all: true });
    await call(user, 'trash/list', {});
    await call(user, 'event/list', { limit: 1000 });
  },
};

const NONE = '3f2a7c1e-0000-4000-8000-000000000009';

test(`6: ${RUNS} random runs of two users show neither a session, folder, token, event or trash of the other`, async () => {
  const step = fc.record({
    user: fc.constantFrom(...USERS),
    what: fc.constantFrom(...Object.keys(steps)),
    theirs: fc.boolean(),
    at: fc.nat(),
  });
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 40 }), async (plan) => {
      for (const { user, what, theirs, at } of plan) {
        const pick: Pick = (kind) => {
          const from = made[theirs ? other(user) : user][kind];
          if (from.length > 0 && theirs) refused++;
          if (from.length === 0 && kind === 'folder') return '';
          return from[at % from.length] ?? NONE;
        };
        await steps[what]!(user, pick);
      }
      for (const user of USERS) await steps.lists!(user, () => '');
      for (const user of USERS)
        for (const id of Object.values(made[other(user)]).flat())
          assert.equal(seen[user].includes(id), false, `${user} saw ${id}`);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  assert.ok(refused > 20, `only ${refused} times one reached for what is the other's`);
  for (const user of USERS) for (const ids of Object.values(made[user])) assert.ok(seen[user].includes(ids[0]!));
});
