/** The hook methods over real files: what they change, what they leave alone, and what they say. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { methods, type Params, RpcError, type Session } from '#protocol';
import type { Surroundings } from '../../../daemon/hooks/agent.js';
import { hookHandlers } from '../../../daemon/hooks/handlers.js';
import type { Caller } from '../../../daemon/rpc/handlers.js';
import { refused } from '../../support/refused.js';
import { folderFor } from '../../support/whole.js';

const [FOLDER, SESSION] = ['3f2a7c1e-0000-4000-8000-0000000000f1', '3f2a7c1e-0000-4000-8000-0000000000e1'];
const all = ['claude', 'codex', 'gemini', 'opencode'];
const files = {
  claude: '.claude/settings.local.json',
  codex: '.codex/config.toml',
  gemini: '.gemini/settings.json',
  opencode: '.opencode/plugin/rdv.js',
};

type Name = 'hook/status' | 'hook/install' | 'hook/remove';

/** A project, and the methods over it. */
function open(t: TestContext, { path, local = null }: { path?: string | null; local?: string | null } = {}) {
  const project = folderFor(t);
  const surroundings = { program: ['/usr/bin/env', '/opt/rdv.cjs'], claudeVersion: '2.1.233' } as {
    -readonly [K in keyof Surroundings]: Surroundings[K];
  };
  const folder = { id: FOLDER, userId: 'ann', parentId: null, name: 'api', path: path === undefined ? project : path };
  const missing = (what: string) => new RpcError('NotFound', `No ${what}.`);
  const handlers = hookHandlers({
    folders: {
      get(user, id) {
        if (user !== 'ann' || id !== FOLDER) throw missing('folder');
        return { ...folder, collapsed: false, sortOrder: 0, createdAt: 1, updatedAt: 1 };
      },
    },
    store: {
      get(user, id) {
        if (user !== 'ann' || id !== SESSION) throw missing('session');
        return { id, projectPath: project } as Session;
      },
    },
    localRepository: () => local,
    surroundings: () => surroundings,
  });
  return {
    project,
    surroundings,
    async call<N extends Name>(name: N, params: Omit<Params<N>, 'folderId'>, user = 'ann') {
      const given = methods[name].params.parse({ folderId: FOLDER, ...params });
      const result = await (handlers[name] as any)(given, { user } as Caller);
      return methods[name].result.parse(result) as any;
    },
    write(name: string, text: string, mode = 0o644) {
      const at = join(project, name);
      mkdirSync(dirname(at), { recursive: true });
      writeFileSync(at, text, { mode });
      return at;
    },
    /** In the place of Claude Code's settings. */
    linkTo(target: string) {
      mkdirSync(join(project, '.claude'));
      symlinkSync(target, join(project, files.claude));
    },
    read: (name: string) => readFileSync(join(project, name), 'utf8'),
    /** All there is, with its bytes. */
    all: () =>
      Object.fromEntries(
        (readdirSync(project, { recursive: true, withFileTypes: true }) as any[]).map((entry) => {
          const at = join(entry.parentPath ?? entry.path, entry.name);
          return [at.slice(project.length + 1), entry.isFile() ? readFileSync(at, 'latin1') : '/'];
        }),
      ),
  };
}

test('what was installed in an empty project is all there, and leaves nothing behind', async (t) => {
  const { project, call, all: everything, read } = open(t);
  const installed = await call('hook/install', { providers: all });
  assert.deepEqual(
    installed.results.map(({ provider, success, configPath }: any) => [provider, success, configPath]),
    Object.entries(files).map(([provider, path]) => [provider, true, join(project, path)]),
  );
  assert.deepEqual([installed.success, installed.folderName, installed.projectPath], [true, 'api', project]);
  assert.equal(installed.message, 'Installed: claude, codex, gemini, opencode.');
  assert.match(installed.results[1].message, /type \/hooks/);
  assert.match(read(files.claude), /"Stop": \[/);
  assert.match(read(files.codex), /\[\[hooks\.Stop\.hooks\]\]/);
  const { hooks } = await call('hook/status', {});
  assert.deepEqual(hooks, { claude: true, codex: true, gemini: true, opencode: true });

  const before = everything();
  const again = await call('hook/install', { providers: all });
  assert.deepEqual(
    again.results.map(({ message }: any) => message.slice(0, 18)),
    all.map(() => 'Installed already.'),
  );
  assert.deepEqual(everything(), before);

  const removed = await call('hook/remove', {});
  assert.deepEqual(removed.success, true);
  assert.deepEqual(everything(), {});
  assert.equal(
    (await call('hook/remove', { providers: ['codex'] })).results[0].message,
    'There was nothing of ours in it.',
  );
});

test('files of the user come back to their bytes and their mode, folders that were theirs stay', async (t) => {
  const { call, write, all: everything, read } = open(t);
  write(
    files.claude,
    '\ufeff{\r\n\t"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "say"}]}]},\r\n\t"a": 1}',
    0o600,
  );
  write(files.gemini, '{ // mine\n  "theme": "x", // last\n}'.replace(', // last', ' // last'), 0o664);
  chmodSync(write(files.codex, 'notify = ["mine"]', 0o640), 0o640);
  mkdirSync(join(dirname(write('.opencode/opencode.json', '{}')), 'plugin'));
  const before = everything();
  const installed = await call('hook/install', { providers: all });
  assert.deepEqual(installed.success, true, JSON.stringify(installed));
  assert.match(read(files.claude), /"command": "say"/);
  assert.match(read(files.codex), /^notify = \["mine"\]\n# >>> rdv/);
  assert.equal(statSync(installed.results[0].configPath).mode & 0o777, 0o600);
  await call('hook/remove', {});
  assert.deepEqual(everything(), before);
  assert.equal(statSync(installed.results[1].configPath).mode & 0o777, 0o640);
});

test('hooks that run what is gone are told, and put right by installing them again', async (t) => {
  const { call, surroundings, read, all: everything } = open(t);
  surroundings.program = ['/usr/bin/env', '/gone/rdv.cjs'];
  await call('hook/install', { providers: all });
  const { hooks, message } = await call('hook/status', {});
  assert.deepEqual(Object.values(hooks), [true, true, true, true]);
  assert.match(message, /codex: Its hooks run \/gone\/rdv\.cjs, which is not there; install them again\./);
  surroundings.program = ['/usr/bin/env'];
  await call('hook/install', { providers: all });
  assert.equal((await call('hook/status', {})).message, undefined);
  for (const name of Object.values(files)) assert.doesNotMatch(read(name), /gone/);
  await call('hook/remove', {});
  assert.deepEqual(everything(), {});
});

test('an old Claude Code, or one of unknown version, is given only events it knows', async (t) => {
  const { call, surroundings, read } = open(t);
  surroundings.claudeVersion = undefined;
  const { results } = await call('hook/install', { providers: ['claude'] });
  assert.match(results[0].message, /Only the events that every version knows/);
  assert.doesNotMatch(read(files.claude), /StopFailure/);
  surroundings.claudeVersion = '2.1.100';
  await call('hook/install', { providers: ['claude'] });
  assert.match(read(files.claude), /StopFailure/);
});

const strange: [string, RegExp, (opened: ReturnType<typeof open>, t: TestContext) => void][] = [
  ['is no JSON', /Expected a comma or \}/, ({ write }) => write(files.claude, '{"a": 1 "b"}')],
  ['is empty', /Expected a JSON value/, ({ write }) => write(files.claude, '')],
  [
    'is no UTF-8',
    /not UTF-8/,
    ({ project, write }) =>
      writeFileSync(join(project, write(files.claude, '') && files.claude), Buffer.from([0x7b, 0xff, 0x7d])),
  ],
  ['is large', /larger than settings are/, ({ write }) => write(files.claude, `{"a":"${'x'.repeat(1024 * 1024)}"}`)],
  ['is read-only', /read-only/, ({ write }) => chmodSync(write(files.claude, '{}'), 0o444)],
  ['is a directory', /not a file/, ({ project }) => mkdirSync(join(project, files.claude), { recursive: true })],
  ['is a link to somewhere else', /symbolic link/, ({ linkTo, write }) => linkTo(write('theirs.json', '{}'))],
  ['is a link to nothing', /symbolic link/, ({ linkTo }) => linkTo('/nowhere')],
  [
    'lies behind a link',
    /\.claude is a symbolic link/,
    ({ project }, t) => symlinkSync(folderFor(t), join(project, '.claude')),
  ],
  ['lies below a file', /\.claude is not a directory/, ({ write }) => write('.claude', '')],
  [
    'has another name',
    /hard link/,
    ({ project, write }) => linkSync(write(files.claude, '{}'), join(project, 'other')),
  ],
];

for (const [what, said, make] of strange) {
  test(`a file that ${what} is left alone, and the others are not kept from theirs`, async (t) => {
    const opened = open(t);
    make(opened, t);
    const before = opened.all();
    const { results, success, message } = await opened.call('hook/install', { providers: ['claude', 'codex'] });
    assert.deepEqual([success, results[0].success, results[1].success], [false, false, true]);
    assert.match(results[0].message, said);
    assert.equal(message, 'Installed: codex. Left alone: claude.');
    assert.equal((await opened.call('hook/status', {})).hooks.claude, false);
    await opened.call('hook/remove', { providers: ['codex'] });
    assert.deepEqual(opened.all(), before);
  });
}

test('a plugin of somebody else with our name stays, and so does ours once somebody has changed it', async (t) => {
  const { call, write, read } = open(t);
  write(files.opencode, 'export const Mine = async () => ({})');
  const { results } = await call('hook/install', { providers: ['opencode'] });
  assert.match(results[0].message, /A plugin of somebody else has this name/);
  assert.equal(
    (await call('hook/remove', { providers: ['opencode'] })).results[0].message,
    'There was nothing of ours in it.',
  );
  write(files.opencode, '');
  rmSync(write(files.opencode, ''));
  await call('hook/install', { providers: ['opencode'] });
  const changed = `${read(files.opencode)}// mine\n`;
  write(files.opencode, changed);
  for (const name of ['hook/install', 'hook/remove'] as const)
    assert.match((await call(name, { providers: ['opencode'] })).results[0].message, /has changed our plugin/);
  assert.equal(read(files.opencode), changed);
});

test('without a project of its own the one of its repository counts, then that of the session', async (t) => {
  const lone = open(t, { path: null });
  const status = await lone.call('hook/status', {});
  assert.deepEqual([status.projectPath, status.hooks], [null, null]);
  assert.match(status.message, /Folder "api" has no project directory/);
  const refusal = refused('InvalidParams', /has no project directory/, 'NO_PROJECT_PATH');
  await assert.rejects(lone.call('hook/install', { providers: ['claude'] }), refusal);
  await assert.rejects(lone.call('hook/remove', {}), refusal);
  const { projectPath, success } = await lone.call('hook/install', { providers: ['claude'], sessionId: SESSION });
  assert.deepEqual([projectPath, success], [lone.project, true]);
  assert.equal((await lone.call('hook/status', { sessionId: SESSION })).hooks.claude, true);

  const repository = folderFor(t);
  const cloned = open(t, { path: null, local: repository });
  assert.equal((await cloned.call('hook/status', { sessionId: SESSION })).projectPath, repository);
});

test('a project that is not there, agents without hooks, and rows of others are refused', async (t) => {
  const gone = open(t, { path: '/nowhere/at/all' });
  const { results, success } = await gone.call('hook/install', { providers: ['claude'] });
  assert.deepEqual([success, results[0].success], [false, false]);
  assert.match(results[0].message, /\/nowhere\/at\/all cannot be looked at \(ENOENT\)/);
  assert.equal(existsSync('/nowhere'), false);
  const { call } = open(t);
  await assert.rejects(
    call('hook/install', { providers: ['claude', 'cursor'] }),
    refused('InvalidParams', /no hooks for "cursor"\. Name some of claude, codex/, 'INVALID_PROVIDERS'),
  );
  await assert.rejects(call('hook/status', {}, 'bob'), refused('NotFound', /No folder/));
  await assert.rejects(
    call('hook/install', { providers: ['claude'], sessionId: FOLDER }),
    refused('NotFound', /No session/),
  );
});
