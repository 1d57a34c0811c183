/** `rdv mcp config`: what it writes into the settings of clients, and what it leaves alone. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { folderFor } from '../../support/whole.js';
import { program, rdv } from './program.js';

function place(t: TestContext) {
  const folder = folderFor(t);
  const config = (client: string, ...args: string[]) =>
    rdv(join(folder, 'data'), ['mcp', 'config', '--client', client, '-C', folder, ...args], {
      HOME: folder,
      XDG_CONFIG_HOME: '',
    });
  return { folder, config };
}

const entryIn = (folder: string) => ({
  command: process.execPath,
  args: [program, 'mcp'],
  env: { REMOTE_DEV_DIR: join(folder, 'data') },
});

test('it is shown with absolute paths, and nothing is written', async (t) => {
  const { folder, config } = place(t);
  const { code, stdout, stderr } = await config('claude-code', '--read-only', '--tools', 'session_list');
  assert.equal(code, 0);
  const entry = entryIn(folder);
  const args = [...entry.args, '--tools', 'session_list', '--read-only'];
  assert.deepEqual(JSON.parse(stdout), { mcpServers: { rdv: { ...entry, args } } });
  assert.match(stderr, /^It belongs into ~\/\.mcp\.json; --write puts it there\.$/m);
  assert.throws(() => statSync(join(folder, '.mcp.json')), { code: 'ENOENT' });
});

const files: readonly (readonly [client: string, file: string, field: string])[] = [
  ['claude-code', '.mcp.json', 'mcpServers'],
  [
    'claude-desktop',
    process.platform === 'darwin'
      ? 'Library/Application Support/Claude/claude_desktop_config.json'
      : '.config/Claude/claude_desktop_config.json',
    'mcpServers',
  ],
  ['cursor', '.cursor/mcp.json', 'mcpServers'],
  ['gemini', '.gemini/settings.json', 'mcpServers'],
  ['vscode', '.vscode/mcp.json', 'servers'],
];

test('each client gets it where and how it looks for it, once', async (t) => {
  const { folder, config } = place(t);
  for (const [client, file, field] of files) {
    const first = await config(client, '--write', '--json');
    assert.deepEqual([first.code, JSON.parse(first.stdout).changed], [0, true], first.stderr);
    const type = client === 'vscode' ? { type: 'stdio' } : {};
    assert.deepEqual(JSON.parse(readFileSync(join(folder, file), 'utf8')), {
      [field]: { rdv: { ...type, ...entryIn(folder) } },
    });
  }
  const again = await config('vscode', '--write');
  assert.deepEqual([again.code, again.stdout], [0, '']);
  assert.match(again.stderr, /^It stands in .* already\.$/m);
  const other = await config('cursor', '--write', '--read-only');
  assert.match(other.stderr, /^Written to /m);
  assert.equal(
    readFileSync(join(folder, '.cursor/mcp.json'), 'utf8'),
    `${JSON.stringify({ mcpServers: { rdv: { ...entryIn(folder), args: [program, 'mcp', '--read-only'] } } }, undefined, 2)}\n`,
  );
});

test('comments, order, indentation, line ends, mode and links of a file stay; taken out again it is as before', async (t) => {
  const { folder, config } = place(t);
  mkdirSync(join(folder, 'dotfiles'));
  const real = join(folder, 'dotfiles', 'mcp.json');
  const before = [
    '// mine',
    '{',
    '\t"inputs": [1,2,   3], // as I like it',
    '\t"servers": {',
    '\t\t/* the other */ "other": { "command": "x" }',
    '\t}',
    '}',
    '',
  ].join('\r\n');
  writeFileSync(real, before);
  chmodSync(real, 0o640);
  mkdirSync(join(folder, '.vscode'));
  symlinkSync(real, join(folder, '.vscode', 'mcp.json'));
  assert.equal((await config('vscode', '--write')).code, 0);
  const written = readFileSync(real, 'utf8');
  for (const line of before.split('\r\n').slice(0, 4)) assert.ok(written.includes(`${line}\r\n`), written);
  assert.ok(written.includes('/* the other */ "other": { "command": "x" }'));
  assert.match(written, /\r\n\t\t"rdv": \{\r\n\t\t\t"type": "stdio",\r\n/);
  assert.doesNotMatch(written, /[^\r]\n/);
  assert.equal(statSync(real).mode & 0o777, 0o640);
  assert.equal((await config('vscode', '--remove')).code, 0);
  assert.equal(readFileSync(real, 'utf8'), before);
  assert.match((await config('vscode', '--remove')).stderr, /^It is not in /m);
});

test('a byte order mark stays, and a comment in an empty list of servers', async (t) => {
  const { folder, config } = place(t);
  const file = join(folder, '.mcp.json');
  const before = '\ufeff{\n  "mcpServers": {\n    // none yet\n  }\n}\n';
  writeFileSync(file, before);
  assert.equal((await config('claude-code', '--write')).code, 0);
  const written = readFileSync(file, 'utf8');
  assert.match(written, /^\ufeff\{\n {2}"mcpServers": \{.*"rdv": \{.*\/\/ none yet/s);
  assert.equal((await config('claude-code', '--remove')).code, 0);
  assert.equal(readFileSync(file, 'utf8'), before);
});

test('a socket that was named is named to the client, too', async (t) => {
  const { folder, config } = place(t);
  const { stdout } = await config('claude-code', '--socket', join(folder, 'other.sock'));
  const { args } = JSON.parse(stdout).mcpServers.rdv;
  assert.deepEqual(args, [program, 'mcp', '--socket', join(folder, 'other.sock')]);
});

test('a file that is broken, or holds something else, is left as it is', async (t) => {
  const { folder, config } = place(t);
  const file = join(folder, '.mcp.json');
  for (const [text, why] of [
    ['{\n  "mcpServers": {\n', /is no JSON: CloseBraceExpected in line 3/],
    ['[]', /holds no object/],
    ['null', /holds no object/],
    [Buffer.from('{"name": "caf\xe9"}', 'latin1'), /is not UTF-8/],
    ['{"mcpServers": null}', /holds something else than an object as `mcpServers`/],
    ['{"mcpServers": {}, "mcpServers": {}}', /has `mcpServers` or `rdv` more than once/],
    ['{"mcpServers": []}', /holds something else than an object as `mcpServers`/],
  ] as const) {
    writeFileSync(file, text);
    const { code, stderr } = await config('claude-code', '--write');
    assert.deepEqual([code, why.test(stderr), readFileSync(file)], [5, true, Buffer.from(text)], stderr);
  }
  writeFileSync(file, '{}');
  chmodSync(file, 0o444);
  const fixed = await config('claude-code', '--write');
  assert.deepEqual([fixed.code, /is read-only/.test(fixed.stderr), readFileSync(file, 'utf8')], [5, true, '{}']);
  rmSync(file);
  symlinkSync('elsewhere.json', file);
  const dangling = await config('claude-code', '--write');
  assert.deepEqual([dangling.code, /is a link to what is not there/.test(dangling.stderr)], [5, true]);
  assert.equal(readlinkSync(file), 'elsewhere.json');
  mkdirSync(join(folder, '.gemini', 'settings.json'), { recursive: true });
  writeFileSync(join(folder, '.cursor'), '');
  for (const client of ['gemini', 'cursor']) {
    const { code, stderr } = await config(client, '--write');
    assert.deepEqual([code, /^rdv: Cannot (read|write) .*\n.*--write/.test(stderr)], [5, true], stderr);
  }
  const nowhere = await config('claude-code', '--write', '-C', join(folder, 'misspelt'));
  assert.match(nowhere.stderr, /^rdv: There is no directory .*misspelt/);
  assert.match((await config('claude-code', '--write', '--remove')).stderr, /Give one of them/);
  const { code, stderr } = await config('claude-cod');
  assert.deepEqual([code, stderr], [2, 'rdv: There is no client "claude-cod".\nDid you mean claude-code?\n']);
});
