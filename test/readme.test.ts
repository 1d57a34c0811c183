/** The README: its blocks of commands and its Python run in order in a fresh home, and its pictures and links are there. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openAgent } from './support/agent/agent.js';
import { root } from './support/documents.js';
import { supervised } from './support/supervisors.js';

const readme = readFileSync(join(root, 'README.md'), 'utf8');

interface Block {
  readonly heading: string;
  readonly text: string;
}

function blocksOf(markdown: string): Block[] {
  let heading = '';
  return [...markdown.matchAll(/^## (.+)$|^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, title, text]) => {
    heading = title ?? heading;
    return text === undefined ? [] : [{ heading, text }];
  });
}

/** What cannot run here, by a line of the block, and why. */
const exceptions: readonly (readonly [line: string, why: string])[] = [
  ['npm start ', 'installs and builds what this test is made of'],
  ['rdv --host me@box ls', 'needs another machine; test/client/cli/host.test.ts has one'],
];

/** Programs of the reader, as far as the README needs them. */
const PROGRAMS: Readonly<Record<string, string>> = {
  npm: 'case $2 in watch) while :; do echo "Listening on 3000: no error, no warning"; sleep 0.2; done ;; *) echo tested ;; esac',
  htop: 'exec sleep 600',
  nvm: ':',
};

async function openHome(t: TestContext) {
  const home = mkdtempSync(join(tmpdir(), 'rdv-'));
  const place = supervised(t, 'systemd');
  const bin = join(home, '.local/bin');
  for (const folder of [bin, join(home, 'src/api'), join(home, 'src/web'), join(home, 'tmux')])
    mkdirSync(folder, { recursive: true });
  const agent = await openAgent('claude', { turn: { ms: 100 } });
  t.after(() => agent.close());
  const quoted = (words: readonly string[]) => words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const scripts = { ...PROGRAMS, claude: `exec ${quoted(agent.command)}`, rdv: RDV };
  for (const [name, script] of Object.entries(scripts))
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  symlinkSync(process.execPath, join(bin, 'node'));
  const { PATH: path, HOME: _, ...rest } = place.environment;
  const { LC_ALL: __, REMOTE_DEV_DIR: ___, ...own } = process.env;
  const env = {
    ...own,
    ...rest,
    HOME: home,
    PATH: `${bin}:${path}`,
    TMUX_TMPDIR: join(home, 'tmux'),
    ROOT: root,
    SHELL: '/bin/sh',
  };
  const git = (...args: string[]) => spawnSync('git', args, { cwd: join(home, 'src/api'), env });
  git('init', '-q', '-b', 'main');
  writeFileSync(join(home, 'src/api/package.json'), '{ "name": "api", "scripts": { "test": "true" } }');
  git('add', '.');
  git('-c', 'user.name=Ann', '-c', 'user.email=ann@example.com', 'commit', '-qm', 'begin');
  t.after(() => {
    // Whatever became of the blocks.
    for (const words of ['bridge stop', 'daemon uninstall --force', 'daemon stop'])
      spawnSync('rdv', words.split(' '), { env, cwd: home });
    spawnSync('sh', ['-c', 'for each in "$TMUX_TMPDIR"/tmux-*/*; do tmux -S "$each" kill-server; done'], { env });
    rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 25 });
    assert.equal(spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout.includes(`${home}/.remote-dev`), false);
  });
  return { home, env };
}

/** What is for people is done by one. */
const RDV = `case "$*" in
  watch|attach\\ *|'watch --jsonl'|'logs -f') exec node "$ROOT/out/test/support/person.js" "$ROOT/dist/rdv.cjs" "$@" ;;
  new\\ *) case " $* " in *' -d '*) ;; *) exec node "$ROOT/out/test/support/person.js" "$ROOT/dist/rdv.cjs" "$@" ;; esac ;;
esac
exec node "$ROOT/dist/rdv.cjs" "$@"`;

async function runBlock({ text }: Block, env: NodeJS.ProcessEnv, cwd: string) {
  const child = spawn('sh', ['-eu', '-c', text], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (more: string) => (said += more));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}

test('the commands of the README run in its order in a fresh home', async (t) => {
  const blocks = blocksOf(readme);
  assert.ok(blocks.length > 10, `${blocks.length} blocks`);
  for (const [line] of exceptions)
    assert.ok(
      blocks.some(({ text }) => text.includes(line)),
      `no block has ${line}`,
    );
  const { home, env } = await openHome(t);
  const failed: string[] = [];
  for (const block of blocks) {
    if (exceptions.some(([line]) => block.text.includes(line))) continue;
    const since = performance.now();
    const seen = block.text.includes('✻ Thinking') ? { SEEN: 'stalled: no progress' } : {};
    const { code, said } = await runBlock(block, { ...env, ...seen }, home);
    if (code !== 0) failed.push(`${block.heading}, code ${code}:\n${block.text}\n${said}`);
    t.diagnostic(`${block.heading}: ${Math.round(performance.now() - since)} ms`);
  }
  const [python = ''] = /(?<=^```python\n)[\s\S]*?(?=^```$)/m.exec(readme) ?? [];
  const { status, stderr, stdout } = spawnSync('python3', ['-c', python], { env, encoding: 'utf8' });
  if (status === null) t.diagnostic('there is no python3 on this machine');
  else if (status !== 0 || !stdout.startsWith('[')) failed.push(`python: ${stderr}`);
  assert.deepEqual(failed, []);
});

test('what the README links to and shows is there, and its sections are those it names', () => {
  const links = [...readme.matchAll(/\]\(([^)#\s]+)\)/g)]
    .map(([, link]) => link!)
    .filter((link) => !/^https?:/.test(link));
  assert.ok(links.includes('test/pictures/watch.svg') && links.includes('test/pictures/web.png'));
  assert.deepEqual(
    links.filter((link) => !existsSync(join(root, link))),
    [],
  );
});
