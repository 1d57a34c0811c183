/** Manual pages: what they say, that man(1) and its checker take them, and that npm installs them. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Command } from 'commander';
import { pathOf } from '../../../client/cli/examples.js';
import { buildProgram } from '../../../client/cli/full.js';
import { manualPage, manualPages } from '../../../client/cli/roff.js';
import { root } from '../../support/documents.js';
import { inTerminal, rdv } from './program.js';

const edition = { version: '1.2.3', date: '2026-01-31' };
const isMissing = (name: string) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0 && `${name} is missing`;
const pages = manualPages(buildProgram('everything'), edition);
const built = readdirSync(join(root, 'dist/man')).sort();

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'rdv-man-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('the build makes a page for every command, and nothing else', () => {
  const names = (command: Command): string[] => [`${pathOf(command).join('-')}.1`, ...command.commands.flatMap(names)];
  assert.deepEqual(built, names(buildProgram([])).sort());
  assert.deepEqual(built, [...pages.keys()].sort());
});

test('the checker of manual pages has nothing to say', { skip: isMissing('mandoc') }, () => {
  const files = built.map((page) => join(root, 'dist/man', page));
  const { stdout, status } = spawnSync('mandoc', ['-Tlint', ...files], { encoding: 'utf8' });
  assert.deepEqual([stdout, status], ['', 0]);
  // It does find something where there is something.
  assert.notEqual(spawnSync('mandoc', ['-Tlint'], { input: '.TH X\n.SH\n.XX\n' }).status, 0);
});

/** What the formatter would take for its own. */
const hostile = `.so /etc/passwd and \\fBbold\\fR, \\*(X, 'quoted' "twice" \`code\` ~ ^ -- größe €.`;

for (const [name, argv] of [
  ['mandoc', ['-Tutf8', '-Ios=x']],
  ['man', ['-Tutf8', '-l', '-']],
] as const) {
  test(`${name} shows every character of a description as it is`, {
    skip: isMissing(name) || (name === 'man' && process.platform !== 'linux'),
  }, () => {
    const program = new Command('rdv').description('Above.');
    const command = program.command('odd').description(hostile).helpOption(false);
    command.addHelpText('after', "\n.TH at the start\n\nExamples:\n  rdv odd '.x' \"\\n\" --flag\n  'y");
    const env = { ...process.env, MANPAGER: 'cat', MANWIDTH: '200', LC_ALL: 'C.UTF-8' };
    const shown = execFileSync(name, argv, { input: manualPage(command, edition), encoding: 'utf8', env });
    const plain = shown.replace(/.\x08|\x1b\[[\d;]*m/g, '').replace(/\s+/g, ' ');
    const expected = [hostile.replace('`code`', 'code'), '.TH at the start', `rdv odd '.x' "\\n" --flag`, "'y"];
    for (const words of expected) assert.ok(plain.includes(words), `${words}\n${plain}`);
  });
}

test('a page has its options, choices, arguments and examples', () => {
  const page = pages.get('rdv-inject.1')!;
  for (const part of ['.SH SYNOPSIS', '\\fB\\-\\-mode \\fR\\fI<when>\\fR', 'now, whenIdle, queue', '.SH EXAMPLES'])
    assert.ok(page.includes(part), `${part}\n${page}`);
  assert.ok(!page.includes('\\-\\-autostart'));
  assert.match(pages.get('rdv.1')!, /^\.SH EXIT STATUS$.*^\.TP\n77\nforbidden\.$/ms);
});

test('`rdv man` prints a page off a terminal, and says what there is not', async () => {
  const home = '/nowhere/rdv';
  const { code, stdout, stderr } = await rdv(home, ['man', 'session', 'list']);
  assert.deepEqual(
    { code, stdout, stderr },
    { code: 0, stdout: readFileSync(join(root, 'dist/man/rdv-session-list.1'), 'utf8'), stderr: '' },
  );
  assert.equal(JSON.parse((await rdv(home, ['man', '--json'])).stdout).name, 'rdv');
  const unknown = await rdv(home, ['man', 'sesion']);
  assert.deepEqual(
    [unknown.code, unknown.stderr],
    [2, "rdv: unknown command 'sesion'\nDid you mean `rdv session`? See `rdv --help`.\n"],
  );
});

test('on a terminal it is shown by man', { skip: isMissing('man') }, async () => {
  const screen = inTerminal('/nowhere/rdv', '$RDV man session list; echo "code $?"', { MANPAGER: 'cat', PAGER: 'cat' });
  await screen.shows('RDV-SESSION-LIST(1)');
  await screen.shows('Lists sessions in tab order');
  await screen.shows('code 0');
});

test('npm installs the pages, though no list of them is kept', (t) => {
  const folder = folderFor(t);
  const { name, version, bin, files, scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { prepack, postpack } = scripts;
  const slim = `${JSON.stringify({ name, version, bin: { rdv: bin.rdv }, files, scripts: { prepack, postpack } }, null, 2)}\n`;
  const source = join(folder, 'source');
  mkdirSync(join(source, 'dist/man'), { recursive: true });
  for (const part of ['.ci/manuals.mjs', 'dist/man', 'dist/rdv.cjs'])
    cpSync(join(root, part), join(source, part), { recursive: true });
  writeFileSync(join(source, 'package.json'), slim);
  const env = {
    ...process.env,
    npm_config_cache: join(folder, 'cache'),
    npm_config_update_notifier: 'false',
    HOME: folder,
  };
  const npm = (...args: string[]) => execFileSync('npm', args, { cwd: source, env, stdio: ['ignore', 'pipe', 'pipe'] });
  npm('pack', '--silent', '--pack-destination', folder);
  assert.equal(readFileSync(join(source, 'package.json'), 'utf8'), slim);
  npm(
    'install',
    '--global',
    '--offline',
    '--no-audit',
    '--no-fund',
    '--prefix',
    join(folder, 'prefix'),
    join(folder, `${name}-${version}.tgz`),
  );
  assert.deepEqual(readdirSync(join(folder, 'prefix/share/man/man1')).sort(), built);
});
