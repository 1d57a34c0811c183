/** `rdv config`: what holds, with a daemon and without one, and every mistake in the file. */
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'smol-toml';
import { pathsIn } from '#protocol/paths';
import { allKeys, keys } from '../../../daemon/config/keys.js';
import { parseConfig } from '../../../daemon/config/parse.js';
import { folderFor, whole } from '../../support/whole.js';
import { inTerminal, rdv } from './program.js';

const write = (home: string, text: string | Buffer) => writeFileSync(pathsIn(home).config, text);

test('`rdv config path` tells where the file is, or would be', async (t) => {
  const home = folderFor(t);
  const { config: path } = pathsIn(home);
  assert.deepEqual(await rdv(home, ['config', 'path']), { code: 0, stdout: `${path}\n`, stderr: '' });
  assert.equal((await rdv(home, ['config', 'path', '--json'])).stdout, `${JSON.stringify({ path })}\n`);
  assert.equal(existsSync(pathsIn(home).run), false, 'nothing is started or made for it');
});

test('what `rdv config show` prints can be used as the file, and then says the same', async (t) => {
  const home = folderFor(t);
  write(home, '[log]\nlevel = "warn"\n[database]\npath = "x/y.db"\n[auth]\nlocal_user = "a \\"b\\" \\\\ ü"\n');
  const shown = await rdv(home, ['config', 'show'], { RDV_BACKEND: 'pty' });
  assert.deepEqual([shown.code, shown.stderr], [0, '']);
  const lines = shown.stdout.split('\n');
  for (const line of [
    '[database]',
    'path = "x/y.db"  # config.toml:4:1',
    'level = "warn"  # config.toml:2:1, default "info"',
    'local_user = "a \\"b\\" \\\\ ü"  # config.toml:6:1, default "local"',
    'backend = "pty"  # RDV_BACKEND, default "auto"',
    'drain_seconds = 30  # default',
    '# How long the trash keeps what is in it.',
  ])
    assert.ok(lines.includes(line), `${line} is not in\n${shown.stdout}`);
  const source = { path: 'c.toml', home, userHome: '/', environment: {} };
  const { held, problems, warnings } = parseConfig(shown.stdout, source);
  assert.deepEqual([problems, warnings], [[], []]);
  const { settings } = JSON.parse((await rdv(home, ['config', 'show', '--json'], { RDV_BACKEND: 'pty' })).stdout);
  assert.deepEqual(
    settings.map(({ key, value }: { key: string; value: unknown }) => [key, value]),
    [...held].map(([name, { value }]) => [name, value]),
  );
  const tables = parse(shown.stdout) as Record<string, object>;
  assert.deepEqual(
    Object.entries(tables).flatMap(([table, values]) => Object.keys(values).map((key) => `${table}.${key}`)),
    allKeys(keys).map(({ name }) => name),
  );
  assert.equal(existsSync(pathsIn(home).run), false, 'nothing is started or made for it');
});

test('while the daemon runs `rdv config show` says what waits, and `rdv config reload` takes it over', async (t) => {
  const { daemon } = await whole(t, { config: '' });
  const { home } = daemon;
  write(home, '[log]\nfiles = 2\n[limits]\nconnections = 9\nx = 1\n');
  const shown = await rdv(home, ['config', 'show']);
  assert.match(shown.stdout, /^files = 5 {2}# default\n# the file says 2: rdv config reload$/m);
  assert.match(
    shown.stdout,
    /^connections = 256 {2}# default\n# the file says 9: rdv daemon stop, then rdv daemon start$/m,
  );
  assert.match(shown.stderr, /config\.toml:5:1: limits\.x means nothing and is left out\.\n$/);
  const reloaded = await rdv(home, ['config', 'reload']);
  assert.equal(reloaded.stdout, '');
  assert.match(
    reloaded.stderr,
    /limits\.x means nothing.*\nHolds from now on: log\.files\.\nWaits for a restart of the daemon: limits\.connections\.\n$/,
  );
  assert.match((await rdv(home, ['config', 'show'])).stdout, /^files = 2 {2}# config\.toml:2:1, default 5\n\n/m);
  write(home, '[limits]\nconnections = 9\n[log]\nfiles = 2\n');
  assert.match((await rdv(home, ['config', 'reload'])).stderr, /^Waits for a restart/);
  write(home, '[log]\nfiles = 2\n');
  assert.equal((await rdv(home, ['config', 'reload'])).stderr, 'Nothing has changed.\n');
  write(home, '[log]\nfiles = "two"\n');
  const bad = await rdv(home, ['config', 'reload']);
  assert.equal(bad.code, 2);
  assert.match(bad.stderr, /^rdv: .*config\.toml:2:1: Expected log\.files/);
  const broken = await rdv(home, ['config', 'show']);
  assert.match(broken.stdout, /^files = 2 {2}/m);
  assert.match(broken.stderr, /config\.toml:2:1: Expected log\.files/);
});

test('`rdv config reload` does not start a daemon', async (t) => {
  const home = folderFor(t);
  const { code, stderr } = await rdv(home, ['config', 'reload']);
  assert.ok(code === 69 || code === 4, stderr);
  assert.equal(existsSync(pathsIn(home).run), false);
});

const files: Readonly<
  Record<string, [text: string | Buffer | undefined, code: number, stdout: RegExp, stderr: RegExp]>
> = {
  'no file': [undefined, 0, /^$/, /^There is no .*config\.toml; the defaults hold\.\n$/],
  'a good file': ['[log]\nfiles = 1\n', 0, /^$/, /config\.toml is as it should be\.\n$/],
  'a key that means nothing': [
    '[log]\nfils = 1\n',
    0,
    /^\S+config\.toml:2:1: log\.fils means .* Did you mean files\?\n$/,
    /^$/,
  ],
  'several mistakes': [
    '[log]\nfiles = -1\nlevel = 1\nx = 2\n',
    2,
    /^\S+:2:1: Expected log\.files .*\n\S+:3:1: Expected log\.level .*\n\S+:4:1: log\.x means .*\n$/,
    /^$/,
  ],
  'no TOML': ['[log\n', 2, /^\S+:1:\d+: This is no TOML: .*\n$/, /^$/],
  'control characters': ['"a\u001b[31m\u009b" = 1\n[auth]\nlocal_user = "\\u001b[2J"', 2, /^[\x20-\x7e\n]+$/, /^$/],
  'no text': [Buffer.from([0xff, 0x00]), 2, /^\S+config\.toml: It cannot be read \(it is not UTF-8\)\. .*\n$/, /^$/],
};
for (const [what, [text, code, stdout, stderr]] of Object.entries(files)) {
  test(`\`rdv config check\` tells of ${what}`, async (t) => {
    const home = folderFor(t);
    if (text !== undefined) write(home, text);
    const outcome = await rdv(home, ['config', 'check']);
    assert.equal(outcome.code, code);
    assert.match(outcome.stdout, stdout);
    assert.match(outcome.stderr, stderr);
    const json = await rdv(home, ['config', 'check', '--json']);
    const { path, exists, problems } = JSON.parse(json.stdout);
    assert.deepEqual([json.code, path, exists], [code, pathsIn(home).config, text !== undefined]);
    assert.equal(problems.length > 0, code === 2);
  });
}

test('a command that would start a daemon says where to look when the file has a mistake', async (t) => {
  const home = folderFor(t);
  write(home, '[log]\nfiles = -1\n');
  const { code, stderr } = await rdv(home, ['ls']);
  assert.equal(code, 69);
  assert.match(
    stderr,
    /^rdv: The daemon exited with code 2 while starting: .*config\.toml:2:1: Expected log\.files .*\nSee all that is wrong with its settings: `rdv config check`\.\n$/,
  );
});

test('a daemon’s program that is not there is told', async (t) => {
  const { code, stderr } = await rdv(folderFor(t), ['config', 'check'], { RDV_DAEMON: '/nowhere/rdvd.cjs' });
  assert.equal(code, 69);
  assert.match(stderr, /^rdv: The configuration could not be read: .*\nSee that \/nowhere\/rdvd\.cjs is whole/);
});

test('on a terminal the settings are coloured, and nothing else', async (t) => {
  const home = folderFor(t);
  const screen = inTerminal(home, '$RDV config show; $RDV config show --no-color | head -1');
  await screen.shows('\u001b[1m[log]');
  assert.equal(await screen.ended, 0);
});
