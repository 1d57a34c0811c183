/** Learning when sessions end: later, in turn, for the right folder, and never in anybody's way. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createLearning } from '../../../daemon/knowledge/learning.js';
import { openKnowledge } from './known.js';

const lesson = (what: string) => `ann@box:~$ npm run test:${what}\nann@box:~$ exit\n`;

function open(t: TestContext) {
  const known = openKnowledge(t);
  const logged: any[] = [];
  let time = 5000;
  const learning = createLearning({ ...known, now: () => time++, log: (line) => void logged.push(line) });
  return {
    ...{ ...known, learning, logged },
    ended: (folderId: string | null, text: string, userId = 'ann') =>
      learning.sessionEnded({ id: `session of ${userId}`, userId, folderId }, text),
    /** Commands of the skills a folder has, the surest first. */
    skills: (folderId: string) =>
      known.store
        .items(folderId)
        .flatMap(({ kind, item }) => (kind === 'skill' ? [`${item.command} ${item.confidence}`] : [])),
  };
}

test('a session teaches its folder, later, and the same again makes it surer', async (t) => {
  const { ended, skills, folder } = open(t);
  const { id } = folder();
  ended(id, lesson('a'));
  assert.deepEqual(skills(id), []);
  await turn();
  assert.deepEqual(skills(id), ['npm run test:a 0.7']);
  ended(id, lesson('a'));
  await turn();
  assert.deepEqual(skills(id), ['npm run test:a 0.73']);
});

test('what somebody wrote stays as they wrote it', async (t) => {
  const { ended, call, folder } = open(t);
  const { id: folderId } = folder();
  const data = { name: 'everything', command: 'npm run test:a', description: 'Takes long', confidence: 0.5 };
  await call('knowledge/update', { folderId, action: 'add_skill', data });
  ended(folderId, lesson('a'));
  await turn();
  const [skill] = (await call('knowledge/get', { folderId })).skills;
  assert.deepEqual([skill?.name, skill?.description, skill?.confidence], ['everything', 'Takes long', 0.73]);
});

test('nothing is learnt for no folder, for one that is gone, or for that of another', async (t) => {
  const { ended, folder, folders, db } = open(t);
  const [hers, gone] = [folder(), folder()];
  ended(null, lesson('a'));
  ended(hers.id, lesson('b'), 'bob');
  ended(gone.id, lesson('c'));
  ended(hers.id, 'nothing to learn');
  folders.remove(gone, []);
  for (let times = 0; times < 5; times++) await turn();
  assert.deepEqual(db.prepare('SELECT * FROM knowledge').all(), []);
});

test('sessions are taken one a turn, so that others get theirs', async (t) => {
  const { ended, skills, folder } = open(t);
  const { id } = folder();
  for (const what of ['a', 'b', 'c']) ended(id, lesson(what));
  const seen: number[] = [];
  for (let times = 0; times < 4; times++) {
    await turn();
    seen.push(skills(id).length);
  }
  assert.deepEqual(seen, [1, 2, 3, 3]);
});

test('of too many at once the oldest teach nothing, and that is logged', async (t) => {
  const { ended, skills, folder, logged, learning } = open(t);
  const { id } = folder();
  for (let count = 0; count < 103; count++) ended(id, lesson(`n${count}`));
  learning.close();
  const known = skills(id).map((skill) => skill.split(' ')[2]);
  assert.equal(known.length, 100);
  assert.ok(!known.includes('test:n2') && known.includes('test:n3') && known.includes('test:n102'));
  assert.deepEqual(
    logged.map(({ level }) => level),
    ['warn', 'warn', 'warn'],
  );
});

test('the end of the daemon learns what waits, and then nothing more', async (t) => {
  const { ended, skills, folder, learning } = open(t);
  const { id } = folder();
  ended(id, lesson('a'));
  ended(id, lesson('b'));
  learning.close();
  assert.equal(skills(id).length, 2);
  ended(id, lesson('c'));
  await turn();
  assert.equal(skills(id).length, 2);
});

test('a mistake is logged, and the next session teaches all the same', async (t) => {
  const { folder, folders, store } = openKnowledge(t);
  const { id } = folder();
  const logged: any[] = [];
  let broken = true;
  const addAll: typeof store.addAll = (...all) => (broken ? assert.fail('disk full') : store.addAll(...all));
  const learning = createLearning({ store: { addAll }, folders, now: () => 1, log: (line) => void logged.push(line) });
  learning.sessionEnded({ id: 's', userId: 'ann', folderId: id }, lesson('a'));
  await turn();
  broken = false;
  learning.sessionEnded({ id: 's', userId: 'ann', folderId: id }, lesson('b'));
  await turn();
  assert.match(logged[0].stack, /disk full/);
  assert.equal(store.items(id).length, 1);
});
