/** A daemon killed at any moment while it does everything at once: what was answered holds, and the next start needs no help. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { Client } from '#client';
import { type Agent, RpcError, type Session } from '#protocol';
import { pathsIn } from '#protocol/paths';
import type { Daemon } from '../support/daemon.js';
import { type Random, randomFrom } from '../support/random.js';
import { placeFor, type TestRepository } from '../support/repository.js';
import { askTmux, reach, whole } from '../support/whole.js';

/** Each is one kill; more of them prove more. */
const DEATHS = Number(process.env.RDV_SOAK_DEATH_POINTS ?? 4);
const SEED = Number(process.env.RDV_SOAK_SEED ?? 20_261_124);
const LONGEST_MS = 400;

/** Values something may have: the last one answered, and one that was asked for and not answered. */
interface Known<T> {
  is: T;
  maybe?: T;
}

/** What the daemon has answered so far. */
interface Promised {
  /** Ids by idempotency key; undefined as long as there was no answer. */
  readonly keys: Map<string, string | undefined>;
  readonly names: Map<string, Known<string>>;
  /** Of sessions. */
  readonly gone: Map<string, Known<'live' | 'closed' | 'trashed'>>;
  readonly folders: Map<string, Known<boolean>>;
  shell: Known<string | null>;
}

type Act = (client: Client, random: Random, promised: Promised, repository: TestRepository) => Promise<void>;

/** Notes what is asked for before, and what was answered after. */
async function change<T>(known: Known<T>, to: T, act: () => Promise<unknown>): Promise<void> {
  known.maybe = to;
  await act();
  known.is = to;
  delete known.maybe;
}

const pick = <T>(random: Random, from: Iterable<T>) => {
  const all = [...from];
  return all[random(all.length)];
};
const liveIn = ({ gone }: Promised) =>
  [...gone].flatMap(([id, { is, maybe }]) => (is === 'live' && !maybe ? [id] : []));

async function make(client: Client, promised: Promised, more: object) {
  const key = `key ${promised.keys.size}`;
  promised.keys.set(key, undefined);
  const { id, name } = await client.call('session/create', { command: ['cat'], idempotencyKey: key, ...more });
  promised.keys.set(key, id);
  promised.names.set(id, { is: name });
  promised.gone.set(id, { is: 'live' });
}

const end = (promised: Promised, id: string, to: 'closed' | 'trashed', act: () => Promise<unknown>) =>
  change(promised.gone.get(id)!, to, act);

let count = 0;
const acts: Record<string, Act> = {
  create: (client, _random, promised) => make(client, promised, {}),
  async worktree(client, _random, promised, { path }) {
    await make(client, promised, { projectPath: path, createWorktree: true, worktreeBranch: `b${++count}` });
  },
  async rename(client, random, promised) {
    // Of two renames at once nobody could say which was last.
    const idle = liveIn(promised).filter((id) => promised.names.get(id)!.maybe === undefined);
    const id = pick(random, idle);
    const name = `n${++count}`;
    if (id) await change(promised.names.get(id)!, name, () => client.call('session/rename', { id, name }));
  },
  async close(client, random, promised) {
    const id = pick(random, liveIn(promised));
    if (id) await end(promised, id, 'closed', () => client.call('session/close', { id }));
  },
  async trash(client, random, promised) {
    const id = pick(random, liveIn(promised));
    if (id) await end(promised, id, 'trashed', () => client.call('session/close', { id, trash: true }));
  },
  async record(client, random, promised) {
    const id = pick(random, liveIn(promised));
    if (id) await client.call('session/record', { id, action: 'start' });
  },
  async folder(client, _random, { folders }) {
    folders.set((await client.call('folder/create', { name: `f${++count}` })).id, { is: true });
  },
  async unfolder(client, random, { folders }) {
    const id = pick(
      random,
      [...folders].flatMap(([id, { is, maybe }]) => (is && maybe === undefined ? [id] : [])),
    );
    if (id) await change(folders.get(id)!, false, () => client.call('folder/delete', { id }));
  },
  async preference(client, _random, { shell }) {
    const wanted = count++ % 2 ? '/bin/sh' : null;
    if (!('maybe' in shell)) await change(shell, wanted, () => client.call('preference/set', { defaultShell: wanted }));
  },
};

/** Acts without a pause until the daemon is gone. */
async function busy(client: Client, random: Random, promised: Promised, repository: TestRepository) {
  for (;;) {
    try {
      await pick(random, Object.values(acts))!(client, random, promised, repository);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      if (error.kind === 'Unavailable') return;
      // Two that act at once may meet: recorded already, closed meanwhile.
      assert.ok(['Conflict', 'Gone', 'NotFound'].includes(error.kind), error.stack);
    }
  }
}

const allows = <T>({ is, maybe }: Known<T>, seen: T, maybes: boolean) => seen === is || (maybes && seen === maybe);

/** What stands must be what was promised; what was only asked for is now known either way. */
async function checkPromises(client: Client, promised: Promised) {
  const all = await client.call('session/list', { status: ['active', 'suspended', 'closed', 'trashed'] });
  const found = new Map(all.sessions.map((session) => [session.id, session]));
  for (const [key, id] of promised.keys) {
    if (id === undefined) continue;
    assert.equal((await client.call('session/create', { command: ['cat'], idempotencyKey: key })).id, id, key);
  }
  for (const [id, known] of promised.names) {
    const session = found.get(id);
    assert.ok(session, `session ${id} is lost`);
    assert.ok(allows(known, session.name, 'maybe' in known), `${id}: ${session.name}, ${JSON.stringify(known)}`);
    promised.names.set(id, { is: session.name });
  }
  for (const [id, known] of promised.gone) {
    const { status } = found.get(id)!;
    const seen = status === 'closed' || status === 'trashed' ? status : 'live';
    // One on its way to the trash is closed first.
    const between = known.maybe === 'trashed' && seen === 'closed';
    assert.ok(between || allows(known, seen, 'maybe' in known), `${id}: ${status}, ${JSON.stringify(known)}`);
    promised.gone.set(id, { is: seen });
  }
  // Those nobody was told of are whole sessions all the same.
  for (const [id, { name, status }] of found) {
    if (promised.names.has(id)) continue;
    promised.names.set(id, { is: name });
    promised.gone.set(id, { is: status === 'closed' || status === 'trashed' ? status : 'live' });
  }
  const folders = new Set((await client.call('folder/list', {})).folders.map(({ id }) => id));
  for (const [id, known] of promised.folders) {
    assert.ok(allows(known, folders.has(id), 'maybe' in known), `folder ${id}`);
    promised.folders.set(id, { is: folders.has(id) });
  }
  const { defaultShell } = (await client.call('preference/get', {})).userSettings;
  assert.ok(allows(promised.shell, defaultShell ?? null, 'maybe' in promised.shell), `shell ${defaultShell}`);
  promised.shell = { is: defaultShell ?? null };
}

/** What was written down was told: the last event of each session and folder is what it is now. */
async function checkTold(client: Client) {
  const last = new Map<string, unknown>();
  for (let since = 0; ; ) {
    const { events } = await client.call('event/list', { since, limit: 1000 });
    if (events.length === 0) break;
    for (const { seq, name, params } of events) {
      since = seq;
      const { session, folder } = params as { session?: { id: string }; folder?: { id: string } };
      if (session) last.set(session.id, session);
      const { sessionId, agent } = params as { sessionId?: string; agent?: Agent };
      const known = last.get(sessionId ?? '');
      if (agent && known) last.set(agent.sessionId, { ...known, agentState: agent.state, health: agent.health });
      if (folder) last.set(folder.id, name === 'folder/deleted' ? undefined : folder);
    }
  }
  const { sessions } = await client.call('session/list', { status: ['active', 'suspended', 'closed', 'trashed'] });
  const plain = ({ lastActivityAt, ...rest }: Session) => rest;
  for (const session of sessions) assert.deepEqual(plain(last.get(session.id) as Session), plain(session));
  const { folders } = await client.call('folder/list', {});
  for (const folder of folders) assert.deepEqual(last.get(folder.id), folder);
}

/** Nothing half made: no intent, no window without a session or the other way round, no file that a crash left. */
async function checkLeftovers(daemon: Daemon, client: Client) {
  const paths = pathsIn(daemon.home);
  const db = new Database(paths.database, { readonly: true });
  assert.equal(db.prepare("SELECT COUNT(*) FROM session WHERE status = 'creating'").pluck().get(), 0);
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
  db.close();
  const { sessions } = await client.call('session/list', { status: ['active', 'suspended'] });
  const windows = askTmux(daemon, 'list-sessions', '-F', '#{session_name}').match(/^rdv-[0-9a-f]{8}-.*$/gm) ?? [];
  assert.deepEqual(windows.sort(), sessions.map(({ tmuxSessionName }) => tmuxSessionName).sort());
  const known = /^(api\.sock|rdvd\.pid|tmux\.conf|tokens|(lock|succession)\.db(-journal)?)$/;
  assert.deepEqual(
    readdirSync(paths.run).filter((name) => !known.test(name)),
    [],
  );
  const kept = new Set((await client.call('trash/list', {})).items.map(({ id }) => id));
  const shelves = existsSync(paths.trash) ? readdirSync(paths.trash) : [];
  assert.deepEqual(
    shelves.filter((id) => !kept.has(id)),
    [],
  );
  assert.deepEqual(
    readdirSync(daemon.home).filter((name) => name.endsWith('.new')),
    [],
  );
}

test(`killed ${DEATHS} times while it does everything, it keeps its word and leaves nothing half made (seed ${SEED})`, async (t) => {
  const random = randomFrom(SEED);
  const repository = placeFor(t).init('app');
  repository.commit({ a: 'a' });
  const { daemon, client } = await whole(t);
  const promised: Promised = {
    ...{ keys: new Map(), names: new Map(), gone: new Map(), folders: new Map() },
    shell: { is: null },
  };
  let next = client;
  for (let death = 0; death < DEATHS; death++) {
    const clients = [next, await reach(t, daemon), await reach(t, daemon)];
    const work = Promise.all(clients.map((each) => busy(each, random, promised, repository)));
    await sleep(random(LONGEST_MS));
    await daemon.kill9();
    await work;
    await daemon.restart();
    next = await reach(t, daemon);
    await checkPromises(next, promised);
    await checkTold(next);
    await checkLeftovers(daemon, next);
    // No more of them than a machine can bear.
    for (const id of liveIn(promised).slice(8)) {
      await end(promised, id, 'closed', () => next.call('session/close', { id }));
    }
  }
  t.diagnostic(`${promised.names.size} sessions, ${promised.keys.size} asked for, ${promised.folders.size} folders`);
});
