/** Making a session: all of it or nothing, and once per key. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Params } from '#protocol';
import { type Memory, openMemory } from '../../support/memory.js';
import { refused } from '../../support/refused.js';
import { silent } from '../../support/slow-backend.js';

type Wanted = Params<'session/create'>;

function memory(t: TestContext, ...options: Parameters<typeof openMemory>): Memory {
  const opened = openMemory(...options);
  t.after(opened.close);
  return opened;
}

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'rdv-create-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Neither row nor window nor place nor word of it. */
function nothingLeft(slice: Memory): void {
  const left = {
    rows: slice.rows(),
    windows: [...slice.backend.windows],
    places: [...slice.places.all()],
    events: slice.events(),
  };
  assert.deepEqual(left, { rows: [], windows: [], places: [], events: [] });
  assert.deepEqual([...slice.store.all()], []);
}

test('a session is made once its window stands, and told', async (t) => {
  const slice = memory(t);
  const { revision } = slice.store;
  const held = slice.backend.hold('create');
  const making = slice.made({ name: ' build ', command: ['sh', '-c', 'true'], cols: 100, rows: 30 });
  await held.reached;
  assert.deepEqual(slice.rows(), [{ name: 'build', status: 'creating' }]);
  assert.deepEqual([slice.store.revision, slice.events()], [revision, []]);
  held.release();
  const session = await making;
  assert.equal(session.tmuxSessionName, `rdv-${session.id}`);
  assert.deepEqual([session.name, session.status, session.projectPath], ['build', 'active', tmpdir()]);
  assert.deepEqual([session.command, session.cols, session.rows], [['sh', '-c', 'true'], 100, 30]);
  assert.deepEqual(slice.store.get('ann', session.id), session);
  assert.deepEqual(slice.places.get(session.id), { window: 1, pane: 101 });
  assert.deepEqual(slice.events(), ['session/created active']);
});

test('our variables win over those of the caller, and a session without command is the login shell', async (t) => {
  const slice = memory(t);
  const asked: unknown[] = [];
  const { create } = slice.backend;
  slice.backend.create = (window) => {
    asked.push(window);
    return create(window);
  };
  const { id } = await slice.made({ environment: { A: '1', RDV_SESSION_ID: 'x' } });
  const own = {
    RDV_SESSION_ID: id,
    RDV_TMUX_SESSION: `rdv-${id}`,
    RDV_PROJECT_PATH: tmpdir(),
    RDV_API_SOCKET: '/run/api.sock',
    RDV_TOKEN_FILE: `/run/tokens/${id}`,
  };
  const size = { cols: 80, rows: 24, historyLimit: 10_000, umask: 0o022, linger: false };
  assert.deepEqual(asked, [
    { id, directory: tmpdir(), argv: ['/bin/sh', '-l'], environment: { A: '1', ...own }, ...size },
  ]);
});

const steps: Record<string, (slice: Memory) => void> = {
  'its token cannot be made': ({ failStep }) => failStep('give', new Error('first')),
  'the window cannot be made': ({ backend }) => backend.fail('create', new Error('first')),
  'the window stands but tmux says no': ({ backend }) => backend.fail('create', new Error('first'), 'after'),
  'the row cannot be written': ({ store }) => {
    store.save = () => {
      throw new Error('first');
    };
  },
  'the event cannot be written': ({ journal }) => {
    journal.tell = () => {
      throw new Error('first');
    };
  },
};
for (const [what, break_] of Object.entries(steps)) {
  test(`when ${what}, nothing is left and the same key works later`, async (t) => {
    const slice = memory(t);
    const { save } = slice.store;
    const { tell } = slice.journal;
    break_(slice);
    await assert.rejects(slice.made({ idempotencyKey: 'k' }), new Error('first'));
    Object.assign(slice.store, { save });
    slice.journal.tell = tell;
    nothingLeft(slice);
    assert.deepEqual([...slice.sessionTokens.given], []);
    const { id } = await slice.made({ idempotencyKey: 'k' });
    assert.deepEqual(
      (await slice.call('session/list', {})).sessions.map((each) => each.id),
      [id],
    );
  });
}

for (const verb of ['kill', 'list'] as const) {
  test(`a clean-up that fails at ${verb} hides no error and forgets no window`, async (t) => {
    const slice = memory(t);
    slice.backend.fail('create', new Error('first'), 'after');
    slice.backend.fail(verb, silent());
    await assert.rejects(slice.made({ name: 'half', idempotencyKey: 'k' }), new Error('first'));
    assert.deepEqual(slice.rows(), [{ name: 'half', status: 'creating' }]);
    assert.deepEqual((await slice.call('session/list', {})).sessions, []);
    assert.equal(slice.backend.windows.size, 1);
    const { id } = await slice.made({ name: 'whole', idempotencyKey: 'k' });
    assert.deepEqual([[...slice.backend.windows.keys()], slice.rows()], [[id], [{ name: 'whole', status: 'active' }]]);
  });
}

test('the same key again returns the session made before, as it is now', async (t) => {
  const slice = memory(t);
  const { id } = await slice.made({ idempotencyKey: 'k' });
  const renamed = await slice.call('session/rename', { id, name: 'renamed' });
  assert.deepEqual(await slice.made({ idempotencyKey: 'k', name: 'ignored' }), renamed);
  assert.notEqual((await slice.call('session/create', { idempotencyKey: 'k' }, { user: 'bob' })).id, id);
  assert.equal(slice.backend.windows.size, 2);
});

test('twenty creates with one key at once are one create', async (t) => {
  const slice = memory(t);
  const made = await Promise.all(Array.from({ length: 20 }, () => slice.made({ idempotencyKey: 'k' })));
  assert.equal(new Set(made.map(({ id }) => id)).size, 1);
  assert.deepEqual([slice.backend.windows.size, slice.events()], [1, ['session/created active']]);
});

test('of twenty at once whose first one fails, the others are one create', async (t) => {
  const slice = memory(t);
  slice.backend.fail('create', silent(), 'after');
  const made = await Promise.allSettled(Array.from({ length: 20 }, () => slice.made({ idempotencyKey: 'k' })));
  assert.deepEqual(
    made.map(({ status }) => status),
    ['rejected', ...Array(19).fill('fulfilled')],
  );
  assert.deepEqual([slice.backend.windows.size, slice.rows().length], [1, 1]);
});

test('twenty creates without a key are twenty, each at a tab of its own', async (t) => {
  const slice = memory(t);
  const made = await Promise.all(Array.from({ length: 20 }, () => slice.made()));
  assert.deepEqual(
    made.map(({ tabOrder }) => tabOrder),
    Array.from({ length: 20 }, (_, at) => at),
  );
});

test('a key is known after the daemon was started again', async (t) => {
  const path = join(folder(t), 'rdv.db');
  const first = openMemory({ path });
  const { id } = await first.made({ idempotencyKey: 'k' });
  await first.close();
  const second = memory(t, { path, backend: first.backend });
  await second.look(true);
  assert.equal((await second.made({ idempotencyKey: 'k' })).id, id);
});

const refusals: Record<string, [wanted: (folder: string) => Wanted, words: RegExp, code: string]> = {
  'a missing directory': [
    (at) => ({ projectPath: `${at}/none` }),
    /^The directory .*\/none does not exist\. Create it/,
    'INVALID_PATH',
  ],
  'a directory below a file': [(at) => ({ projectPath: `${at}/file/x` }), /file\/x does not exist/, 'INVALID_PATH'],
  'a directory with a name too long': [
    (at) => ({ projectPath: `${at}/${'a'.repeat(300)}` }),
    /aaa does not exist/,
    'INVALID_PATH',
  ],
  'a link to itself': [(at) => ({ projectPath: `${at}/loop` }), /loop does not exist/, 'INVALID_PATH'],
  'a file as directory': [(at) => ({ projectPath: `${at}/file` }), /^\/.*file is not a directory\.$/, 'INVALID_PATH'],
  'a relative directory': [
    () => ({ projectPath: 'tmp' }),
    /^Expected `projectPath` to be an absolute path, got "tmp"\.$/,
    'INVALID_PATH',
  ],
  'an empty directory': [() => ({ projectPath: '' }), /absolute path, got ""/, 'INVALID_PATH'],
  'a NUL in the directory': [(at) => ({ projectPath: `${at}\0` }), /cannot hold a NUL/, 'INVALID_PARAMS'],
  'a NUL in an argument': [() => ({ command: ['sh', 'a\0b'] }), /cannot hold a NUL/, 'INVALID_PARAMS'],
  'a NUL in a variable': [() => ({ environment: { A: '\0' } }), /cannot hold a NUL/, 'INVALID_PARAMS'],
  'a program that is not there': [
    () => ({ command: ['no-such-program'] }),
    /^There is no program "no-such-program" on the PATH\. /,
    'COMMAND_NOT_FOUND',
  ],
  'an empty program': [() => ({ command: [''] }), /^There is no program "" on the PATH/, 'COMMAND_NOT_FOUND'],
  'an option as program': [() => ({ command: ['-c', 'id'] }), /^Expected a program, got "-c"/, 'COMMAND_NOT_FOUND'],
  'a program that may not be run': [
    (at) => ({ command: [`${at}/file`] }),
    /^There is no program ".*file"\. /,
    'COMMAND_NOT_FOUND',
  ],
  'a folder as program': [(at) => ({ command: [at] }), /^There is no program/, 'COMMAND_NOT_FOUND'],
  'a relative program that is elsewhere': [
    (at) => ({ command: ['./run'], projectPath: `${at}/sub` }),
    /no program "\.\/run"\. /,
    'COMMAND_NOT_FOUND',
  ],
};
for (const [what, [wanted, words, code]] of Object.entries(refusals)) {
  test(`${what} is refused before anything is made`, async (t) => {
    const slice = memory(t);
    const at = folder(t);
    writeFileSync(join(at, 'file'), '', { mode: 0o600 });
    writeFileSync(join(at, 'run'), '', { mode: 0o700 });
    symlinkSync('loop', join(at, 'loop'));
    mkdirSync(join(at, 'sub'));
    await assert.rejects(slice.made(wanted(at)), refused('InvalidParams', words, code));
    assert.deepEqual(slice.backend.calls, []);
    nothingLeft(slice);
  });
}

test('a directory this user may not enter is refused', async (t) => {
  const slice = memory(t);
  const at = folder(t);
  mkdirSync(join(at, 'closed', 'inner'), { recursive: true });
  chmodSync(join(at, 'closed'), 0);
  const root = process.geteuid!() === 0;
  // Nothing is closed to root, so the check is made as somebody else; it is done before the first wait.
  if (root) process.seteuid!(65534);
  const making = slice.made({ projectPath: join(at, 'closed', 'inner') });
  if (root) process.seteuid!(0);
  await assert.rejects(making, refused('InvalidParams', /may not be entered by this user/, 'INVALID_PATH'));
});

test('a relative program is found from the directory, and a program by the PATH of the session', async (t) => {
  const slice = memory(t);
  const at = folder(t);
  writeFileSync(join(at, 'mine'), '', { mode: 0o700 });
  await slice.made({ command: ['./mine'], projectPath: at });
  await slice.made({ command: ['mine'], environment: { PATH: `/nowhere:${at}` } });
  assert.equal(slice.backend.windows.size, 2);
});

test('a program that ends while its session is being made is known to have ended', async (t) => {
  const slice = memory(t);
  const held = slice.backend.hold('create');
  const making = slice.made();
  await held.reached;
  const [id] = [...slice.backend.windows.keys()];
  slice.backend.exit(id!, 3);
  await slice.settled();
  held.release();
  await making;
  const { exitCode } = await slice.call('session/wait', { id: id!, until: 'exit', timeoutMs: 1000 });
  assert.equal(exitCode, 3);
});
