/** What folders do not want machines to type, and that they are asked. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDenied, deniedBy, usual } from '../../../daemon/injection/policy.js';
import { agentSession } from '../../support/agent/agent.js';
import { becomes } from '../../support/agent/becomes.js';
import { filed, fourFiled } from '../../support/filed.js';
import { refused } from '../../support/refused.js';
import { whole } from '../../support/whole.js';

test('what is built in denies words of their own, however they are spaced, on any line', () => {
  const cases: [string, string | undefined][] = [
    ['rm -rf /', 'rm -rf /'],
    ['echo a\n  sudo   rm\t-rf  / ', 'rm -rf /'],
    ['rm -rf /tmp/x', undefined],
    ['true;rm -rf ~', 'rm -rf ~'],
    ['rm -rf $HOME', String.raw`rm -rf \$HOME`],
    ['mkfs.ext4 /dev/sda', 'mkfs'],
    ['mkfsx; arebootx', undefined],
    ['(reboot)', 'reboot'],
    [':(){ :|:& };:', String.raw`:\(\)\{ :\|:& \};:`],
  ];
  assert.deepEqual(
    cases.map(([text]) => deniedBy(text, usual)),
    cases.map(([, rule]) => rule),
  );
});

test('each expression is asked, whatever those before it say; one that cannot be read denies', () => {
  const policy = (...denied: string[]) => ({ denied, auditText: false });
  assert.equal(deniedBy('git push -f', policy('git pull', 'mkfs|(git)? fetch', 'git push .*-f')), 'git push .*-f');
  assert.equal(deniedBy('npm test', policy('a|b', 'x{2}')), undefined);
  assert.equal(deniedBy('anything', policy()), undefined);
  assert.equal(deniedBy('anything', policy('else', '(')), '(');
});

test('a long text is held against many expressions without the daemon standing still for long', () => {
  const denied = Array.from({ length: 20 }, (_, at) => `(a|b)*${at}x .*[a-y]{20}z`);
  const began = performance.now();
  deniedBy('abab '.repeat(52_000), { denied, auditText: false });
  const ms = performance.now() - began;
  assert.ok(ms < 5000, `${ms} ms`);
});

test('a folder says what is denied, those below it inherit that, and none at all is said by an empty list', (t) => {
  const { slice, a, b, c, set } = fourFiled(t);
  const denied = (id: string | null) => slice.preferences.resolve('ann', id).preferences.deniedCommands;
  assert.deepEqual(denied(c.id), usual.denied);
  slice.call('preference/set', { deniedCommands: ['terraform'], auditInjectedText: true });
  set(b, { deniedCommands: [] });
  assert.deepEqual([denied(null), denied(a.id), denied(b.id)], [['terraform'], ['terraform'], []]);
  set(b, { deniedCommands: null });
  assert.deepEqual(denied(b.id), ['terraform']);
  const explained = slice.call('preference/explain', { folderId: a.id }).keys;
  const of = (key: string) => explained.find((each) => each.key === key);
  assert.deepEqual(of('deniedCommands')?.hides, [{ value: usual.denied, source: { type: 'default' } }]);
  assert.equal(of('auditInjectedText')?.value, true);
});

test('what is no expression, or too big a one, is not set', (t) => {
  const slice = filed(t);
  const set = (...deniedCommands: string[]) => slice.call('preference/set', { deniedCommands });
  assert.throws(() => set('fine', '('), refused('InvalidParams', /RE2 expressions, and "\(" is none: /));
  assert.throws(() => set('((a{1,90}){1,90})'), refused('InvalidParams', /repeats too much|is none/));
  assert.throws(() => set('one\ntwo'));
  for (const rule of usual.denied) checkDenied(rule);
});

test("a session's folder is asked when a text comes, and again in its turn", async (t) => {
  const { client } = await whole(t);
  await client.call('event/subscribe', { names: ['agent/changed', 'injection/changed'] });
  const { id: folderId } = await client.call('folder/create', { name: 'careful' });
  const { agent, session } = await agentSession(t, client, 'claude', { folderId });
  const sessionId = session.id;
  const set = (deniedCommands: string[]) => client.call('preference/setFolder', { folderId, deniedCommands });
  await becomes(client, sessionId, 'idle');
  await set(['make deploy']);
  const denied = await client.call('agent/send', { sessionId, text: 'run make  deploy' });
  assert.deepEqual([denied.state, denied.code], ['refused', 'COMMAND_DENIED']);
  await agent.tell({ do: 'work' });
  await becomes(client, sessionId, 'working');
  const waits = await client.call('agent/send', { sessionId, text: 'rm -rf build', mode: 'whenIdle' });
  await set(['rm -rf \\S+']);
  await client.call('preference/setFolder', { folderId, auditInjectedText: true });
  const told = new Promise<string | null>((resolve) =>
    client.on('injection/changed', ({ receipt }) => receipt.id === waits.id && resolve(receipt.code)),
  );
  await agent.tell({ do: 'idle' });
  assert.equal(await told, 'COMMAND_DENIED');
  assert.equal(agent.read.length, 0);
  await becomes(client, sessionId, 'idle');
  const typed = await client.call('agent/send', { sessionId, text: 'make deploy' });
  assert.match(typed.state, /^(submitted|turnStarted)$/, JSON.stringify(typed));
  const [entry] = (await client.call('audit/list', { method: 'injection/type' })).entries;
  assert.match(entry!.target!, / make deploy$/);
});
