/** Rows of the contract: what is sent to a route, and the whole of what comes back; each sent in both spellings. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect } from '#client';
import type { MethodName, Params, Result } from '#protocol';
import { type Answer, bridged } from '../../support/bridged.js';
import type { Daemon } from '../../support/daemon.js';
import { type Place, placeFor, type TestRepository } from '../../support/repository.js';
import { differences, type Shape } from '../../support/shape.js';

type Fields = Readonly<Record<string, unknown>>;

export interface Sent {
  /** Of the path. */
  readonly id?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Fields;
}

export interface Row {
  /** As the contract writes it. */
  readonly route: string;
  /** When a route has several rows: what this one is about. */
  readonly what?: string;
  /** Made anew for each spelling. */
  readonly send?: (on: On) => Sent | Promise<Sent>;
  /** Of success; 200 when absent. */
  readonly status?: number;
  readonly gives?: Shape;
  /** Of a failure. */
  readonly fails?: readonly [status: number, code: string];
  /** Looks further; may ask again. */
  readonly look?: (on: On, answer: Answer, sent: Sent) => void | Promise<void>;
}

/** What rows stand on: one daemon, one bridge, git. */
export interface On {
  readonly daemon: Daemon;
  readonly place: Place;
  ask(verb: string, path: string, body?: unknown): Promise<Answer>;
  /** Of the same user, without the bridge. */
  rpc<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>>;
  /** As another user. */
  other(verb: string, path: string, body?: unknown): Promise<Answer>;
  /** Made over the bridge; throws unless it is. */
  session(wanted?: Fields): Promise<any>;
  folder(wanted?: Fields): Promise<any>;
  /** A repository with one commit. */
  repository(): TestRepository;
  /** A new one, in which nothing is at stake. */
  worktree(): { repository: TestRepository; path: string };
}

/** Nobody has it. */
export const nobody = randomUUID();

export const success = { success: 'boolean' } as const;

async function open(t: TestContext): Promise<On> {
  const { daemon, bridge } = await bridged(t);
  const token = readFileSync(bridge.paths.serviceToken, 'utf8').trim();
  const client = await connect({ socketPath: daemon.socket, token, user: 'ann' });
  t.after(() => client.close());
  const place = placeFor(t);
  const [ask, other] = [bridge.as('ann'), bridge.as('bob')];
  // Without the files a login shell of this machine may read.
  await ask('PATCH', '/api/preferences', { defaultShell: '/bin/sh' });
  let made = 0;
  const must = async (path: string, body: unknown) => {
    const answer = await ask('POST', path, body);
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body;
  };
  const repository = () => {
    const one = place.init(`repository-${++made}`);
    one.commit({ 'a.txt': 'a\n' });
    return one;
  };
  let shared: TestRepository | undefined;
  /** With a remote that has all of it; one for many worktrees. */
  const pushed = () => {
    if (shared) return shared;
    shared = repository();
    shared.git('remote', 'add', 'origin', place.init('remote', '--bare').path);
    shared.git('push', '--quiet', 'origin', 'main');
    return shared;
  };
  return {
    ...{ daemon, place, ask, other, repository, rpc: client.call },
    session: (wanted = {}) => must('/api/sessions', { projectPath: place.folder, ...wanted }),
    folder: (wanted = {}) => must('/api/folders', { name: `folder ${++made}`, ...wanted }),
    worktree() {
      const path = join(place.folder, `worktree-${++made}`);
      pushed().git('worktree', 'add', '--quiet', '-b', `topic-${made}`, path);
      return { repository: pushed(), path };
    },
  };
}

const camel = (name: string) => name;
const snake = (name: string) => name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);

/** Runs all rows over one daemon, those with names that can be spelled in two ways once in each. */
export function check(title: string, rows: readonly Row[]): void {
  test(title, async (t) => {
    const on = await open(t);
    for (const row of rows) {
      let sent: Sent = {};
      await t.test(nameOf(row), async () => {
        sent = await run(on, row, camel);
      });
      if ([sent.query, sent.body, sent.body?.data].some(hasTwoSpellings))
        await t.test(`${nameOf(row)}, in snake_case`, () => run(on, row, snake).then(() => {}));
    }
  });
}

const hasTwoSpellings = (fields: unknown = {}) => Object.keys(fields as Fields).some((name) => snake(name) !== name);

export const nameOf = ({ route, what, fails }: Row) => [route, what, fails?.join(' ')].filter(Boolean).join(': ');

async function run(on: On, row: Row, spell: (name: string) => string): Promise<Sent> {
  const sent = (await row.send?.(on)) ?? {};
  const [verb = '', path = ''] = row.route.split(' ');
  const query = new URLSearchParams(
    Object.entries(sent.query ?? {}).map(([name, value]) => [spell(name), value] as [string, string]),
  );
  const url = `${path.replace(':id', sent.id ?? '')}${query.size > 0 ? `?${query}` : ''}`;
  const answer = await on.ask(verb, url, sent.body && spelled(sent.body, spell));
  const said = JSON.stringify(answer.body);
  if (row.fails) {
    assert.deepEqual([answer.status, answer.body.code], row.fails, said);
    assert.deepEqual(differences(answer.body, { error: 'string', code: 'string', '+': 'details' }), [], said);
  } else {
    assert.equal(answer.status, row.status ?? 200, said);
    assert.deepEqual(differences(answer.body, row.gives ?? success), [], said);
    assert.notEqual(answer.body?.success, false);
  }
  await row.look?.(on, answer, sent);
  return sent;
}

/** Names of fields, not those a user gives: of variables, say. */
function spelled(body: Fields, spell: (name: string) => string): Fields {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      spell(name),
      name === 'data' ? spelled(value as Fields, spell) : value,
    ]),
  );
}
