/** Undoing a worktree: nothing is left of what was made, and nothing is lost of what somebody did in it. */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { WorktreePlan } from '../../../daemon/worktrees/create.js';
import type { TestRepository } from '../../support/repository.js';
import { folderFor } from '../../support/whole.js';
import { type Yard, yardFor, yardIn } from '../../support/worktrees.js';

interface Scene {
  readonly yard: Yard;
  readonly plan: WorktreePlan;
  /** The worktree. */
  readonly tree: TestRepository;
  /** What the repository keeps of it. */
  readonly record: string;
}

type Deed = (scene: Scene) => void;

const TRACKED = { 'a.txt': 'one\n', 'bytes.bin': '\x00\xff'.repeat(5000), 'deep/er/c.txt': 'three\n', 'run.sh': 'x\n' };

/** A repository with tracked files and copied ones, before and with a worktree; made once, and copied for each test. */
const original = (async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rdv-'));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  const yard = yardIn(realpathSync(folder));
  yard.repo.commit(TRACKED);
  yard.repo.write({ '.env': 'SECRET=1\n', '.env.local': 'MORE=2\n' });
  const before = yard.traces();
  const { plan, copied } = await yard.create({ branch: 'x' });
  assert.deepEqual(copied, ['.env', '.env.local']);
  return { folder: yard.folder, before, plan: JSON.stringify(plan) };
})();

async function arrange(t: TestContext) {
  const { folder, before, plan } = await original;
  const own = realpathSync(folderFor(t));
  cpSync(folder, own, { recursive: true, preserveTimestamps: true });
  const moved = (text: string) => text.replaceAll(folder, own);
  for (const name of ['repo-x/.git', 'repo/.git/worktrees/repo-x/gitdir']) {
    writeFileSync(join(own, name), moved(readFileSync(join(own, name), 'utf8')));
  }
  const yard = yardIn(own);
  const record = yard.here('repo/.git/worktrees/repo-x');
  return { yard, before, plan: JSON.parse(moved(plan)), tree: yard.at(yard.here('repo-x')), record };
}

const harmless: Record<string, Deed> = {
  nothing: () => {},
  'a look at it': ({ tree }) => void tree.git('status'),
  'files touched': ({ tree }) => utimesSync(join(tree.path, 'a.txt'), 1, 1),
  'files deleted': ({ tree }) => rmSync(join(tree.path, 'deep'), { recursive: true }),
  'all of it deleted': ({ tree }) => rmSync(tree.path, { recursive: true }),
  'a file that is cut off': ({ tree }) => truncateSync(join(tree.path, 'bytes.bin'), 3001),
  'a file that is empty': ({ tree }) => truncateSync(join(tree.path, 'a.txt')),
  'a copied file that is cut off': ({ tree }) => truncateSync(join(tree.path, '.env'), 3),
  'a copied file deleted': ({ tree }) => rmSync(join(tree.path, '.env')),
  'a folder with nothing in it': ({ tree }) => mkdirSync(join(tree.path, 'new/er'), { recursive: true }),
  'an index that was not finished': ({ record }) => {
    rmSync(join(record, 'index'));
    writeFileSync(join(record, 'index.lock'), 'DIRC');
  },
  'a worktree that is locked as while it is made': ({ record }) =>
    writeFileSync(join(record, 'locked'), 'initializing'),
  'a HEAD that leads nowhere yet': ({ record }) => writeFileSync(join(record, 'HEAD'), `${'0'.repeat(40)}\n`),
  'no `.git` yet, and files deleted': ({ tree }) => {
    for (const name of readdirSync(tree.path)) rmSync(join(tree.path, name), { recursive: true });
  },
};

for (const [what, deed] of Object.entries(harmless)) {
  test(`after ${what} nothing is left of it, and the second time is harmless`, async (t) => {
    const { before, yard, ...scene } = await arrange(t);
    deed({ yard, ...scene });
    assert.deepEqual(await yard.worktrees.unmake(scene.plan), { kept: null });
    assert.deepEqual(yard.traces(), before);
    assert.deepEqual(await yard.worktrees.unmake(scene.plan), { kept: null });
    assert.deepEqual(yard.traces(), before);
  });
}

const deeds: Record<string, Deed> = {
  'a file changed': ({ tree }) => tree.write({ 'a.txt': 'mine\n' }),
  'a file appended to': ({ tree }) => appendFileSync(join(tree.path, 'a.txt'), 'mine\n'),
  'a file that is no text changed': ({ tree }) => tree.write({ 'bytes.bin': '\x00\xfe' }),
  'a new file': ({ tree }) => tree.write({ mine: 'mine\n' }),
  'a new file with nothing in it': ({ tree }) => tree.write({ mine: '' }),
  'a new file deep inside': ({ tree }) => tree.write({ 'deep/er/mine': 'mine\n' }),
  'a new file that is ignored': ({ tree }) => tree.write({ 'x.log': 'mine\n' }),
  'a folder of ignored files': ({ tree }) => tree.write({ 'node_modules/m/index.js': 'mine\n' }),
  'a copied file changed': ({ tree }) => tree.write({ '.env': 'SECRET=2\n' }),
  'a copied file appended to': ({ tree }) => appendFileSync(join(tree.path, '.env'), 'MINE=1\n'),
  'a copied file whose source changed': ({ yard }) => yard.repo.write({ '.env': 'OTHER=1\n' }),
  'a copied file whose source is gone': ({ yard }) => rmSync(join(yard.repo.path, '.env')),
  'a new link': ({ tree }) => symlinkSync('a.txt', join(tree.path, 'link')),
  'a file replaced by a link': ({ tree }) => {
    rmSync(join(tree.path, 'a.txt'));
    symlinkSync('/etc/hostname', join(tree.path, 'a.txt'));
  },
  'a file replaced by a folder': ({ tree }) => {
    rmSync(join(tree.path, 'a.txt'));
    tree.write({ 'a.txt/mine': 'mine\n' });
  },
  'a file whose name is no text': ({ tree }) =>
    writeFileSync(Buffer.concat([Buffer.from(`${tree.path}/`), Buffer.from([0x66, 0xff])]), 'mine'),
  'something staged': ({ tree }) => {
    tree.write({ 'a.txt': 'mine\n' });
    tree.git('add', '.');
  },
  'something staged and then deleted': ({ tree }) => {
    tree.write({ mine: 'mine\n' });
    tree.git('add', 'mine');
    rmSync(join(tree.path, 'mine'));
  },
  'a change git was told not to look at': ({ tree }) => {
    tree.git('update-index', '--assume-unchanged', 'a.txt');
    tree.write({ 'a.txt': 'mine\n' });
  },
  'a change git was told to skip': ({ tree }) => {
    tree.git('update-index', '--skip-worktree', 'a.txt');
    tree.write({ 'a.txt': 'mine\n' });
  },
  'a change of the same length at the same time': ({ tree }) => {
    utimesSync(join(tree.path, 'a.txt'), 1, 1);
    tree.git('status');
    tree.write({ 'a.txt': 'two\n' });
    utimesSync(join(tree.path, 'a.txt'), 1, 1);
  },
  'a commit': ({ tree }) => void tree.commit({ mine: 'mine\n' }),
  'an empty commit': ({ tree }) => void tree.commit({}),
  'a commit that was taken back': ({ tree }) => {
    tree.commit({ mine: 'mine\n' });
    tree.git('reset', '--quiet', '--hard', 'HEAD~1');
  },
  'another branch checked out': ({ tree }) => void tree.git('checkout', '--quiet', '-b', 'mine'),
  'a merge that was begun': ({ yard, tree, record }) => {
    yard.repo.commit({ other: 'other\n' });
    tree.git('merge', '--quiet', '--no-ff', '--no-commit', 'main');
    tree.git('rm', '--quiet', '--force', 'other');
    assert.ok(existsSync(join(record, 'MERGE_HEAD')));
  },
  'a bisection': ({ tree }) => void tree.git('bisect', 'start'),
  'a lock': ({ tree }) => void tree.git('worktree', 'lock', '--reason', 'mine', tree.path),
  'a repository inside': ({ tree }) => void tree.git('init', '--quiet', 'inner'),
  'a repository instead': ({ tree }) => {
    rmSync(join(tree.path, '.git'));
    tree.git('init', '--quiet');
  },
  'a `.git` of another worktree': ({ yard, tree }) => {
    yard.repo.git('worktree', 'add', '--quiet', '../other');
    writeFileSync(join(tree.path, '.git'), readFileSync(yard.here('other/.git')));
  },
};

for (const [what, deed] of Object.entries(deeds)) {
  test(`after ${what} the worktree stays as it is`, async (t) => {
    const { yard, ...scene } = await arrange(t);
    deed({ yard, ...scene });
    const before = [yard.traces(), everything(scene.plan.path)];
    assert.deepEqual(await yard.worktrees.unmake(scene.plan), { kept: scene.plan.path });
    assert.deepEqual([yard.traces(), everything(scene.plan.path)], before);
  });
}

/** Names and contents of all files. */
function everything(path: string): unknown {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true, encoding: 'latin1' });
  return entries.map((entry) => [
    entry.name,
    entry.isFile() && !/[^\x20-\x7e]/.test(entry.name) ? readFileSync(join(entry.path, entry.name), 'latin1') : '',
  ]);
}

test('a worktree that was there before is not touched', async (t) => {
  const yard = yardFor(t);
  await yard.create({ branch: 'x' });
  const before = yard.traces();
  const { plan } = await yard.create({ branch: 'x' });
  assert.deepEqual(await yard.worktrees.unmake(plan), { kept: null });
  assert.deepEqual(yard.traces(), before);
});

test('a detached worktree goes, unless something was committed in it', async (t) => {
  const yard = yardFor(t);
  const before = yard.traces();
  const { plan } = await yard.create({ branch: 'main', detach: true });
  assert.deepEqual(await yard.worktrees.unmake(plan), { kept: null });
  assert.deepEqual(yard.traces(), before);
  const again = await yard.create({ branch: 'main', detach: true });
  yard.at(again.path).git('commit', '--quiet', '--allow-empty', '-m', 'mine');
  assert.deepEqual(await yard.worktrees.unmake(again.plan), { kept: again.path });
});

test('line ends that git changes at checkout are no change of anybody', async (t) => {
  const yard = yardFor(t);
  yard.repo.commit({ '.gitattributes': 'w.txt eol=crlf\n', 'w.txt': 'one\ntwo\n', 'broken.txt': 'a\r\nb\r\n' });
  yard.repo.write({ '.gitattributes': '* text=auto\nw.txt eol=crlf\n' });
  yard.repo.git('commit', '--quiet', '-am', 'text');
  const before = yard.traces();
  const { plan } = await yard.create({ branch: 'x' });
  assert.equal(readFileSync(join(plan.path, 'w.txt'), 'utf8'), 'one\r\ntwo\r\n');
  truncateSync(join(plan.path, 'w.txt'), 7);
  assert.deepEqual(await yard.worktrees.unmake(plan), { kept: null });
  assert.deepEqual(yard.traces(), before);
});

test('folders that were made for it go with it, others stay', async (t) => {
  const yard = yardFor(t);
  mkdirSync(yard.here('there'));
  const { plan } = await yard.create({ branch: 'x', worktreePath: yard.here('there/new/er/x') });
  assert.equal(plan.above, yard.here('there'));
  assert.deepEqual(await yard.worktrees.unmake(plan), { kept: null });
  assert.deepEqual([existsSync(yard.here('there')), existsSync(yard.here('there/new'))], [true, false]);
});

test('when the repository is gone, what is there stays', async (t) => {
  const yard = yardFor(t);
  const { plan } = await yard.create({ branch: 'x' });
  rmSync(yard.repo.path, { recursive: true });
  assert.deepEqual(await yard.worktrees.unmake(plan), { kept: plan.path });
  rmSync(plan.path, { recursive: true });
  assert.deepEqual(await yard.worktrees.unmake(plan), { kept: null });
});

test('a record git had only begun to write goes, those of others stay', async (t) => {
  const yard = yardFor(t);
  yard.repo.git('worktree', 'add', '--quiet', yard.here('elsewhere/repo-x'));
  const before = yard.traces();
  const plan = await yard.worktrees.plan({ path: yard.repo.path, branch: 'x' });
  yard.repo.git('branch', 'x');
  const record = yard.here('repo/.git/worktrees/repo-x1');
  mkdirSync(record);
  writeFileSync(join(record, 'locked'), 'initializing');
  mkdirSync(plan.path);
  assert.deepEqual(await yard.worktrees.unmake(plan), { kept: null });
  assert.deepEqual(yard.traces(), before);
});

test('a worktree that may not be entered stays', { skip: process.getuid?.() === 0 }, async (t) => {
  const yard = yardFor(t);
  const { plan } = await yard.create({ branch: 'x' });
  chmodSync(join(plan.path, 'dir'), 0);
  t.after(() => chmodSync(join(plan.path, 'dir'), 0o755));
  assert.deepEqual(await yard.worktrees.unmake(plan), { kept: plan.path });
});
