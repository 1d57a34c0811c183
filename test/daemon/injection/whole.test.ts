/** Text that reaches real programs through the real daemon: agents of each kind, and a shell. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Client } from '#client';
import type { Receipt } from '#protocol';
import { agentSession, type Plays } from '../../support/agent/agent.js';
import { becomes } from '../../support/agent/becomes.js';
import { heard, reach, whole } from '../../support/whole.js';

const text = 'first; "line" $HOME\n\tsecond #{x} 漢字 é';

async function subscribed(t: TestContext) {
  const { daemon, client } = await whole(t);
  await client.call('event/subscribe', { names: ['agent/changed', 'injection/changed'] });
  return { daemon, client };
}

/** Resolves with the receipt once it is in the state. */
const receiptIn = async (client: Client, { id }: Receipt, state: Receipt['state']): Promise<Receipt> => {
  const told = heard(client, 'injection/changed', ({ receipt }) => receipt.id === id && receipt.state === state);
  const now = await client.call('injection/get', { id });
  return now.state === state ? now : (await told).receipt;
};

test('each agent takes a prompt, which is seen to be typed, submitted, worked on and done', async (t) => {
  const { client } = await subscribed(t);
  const played = (['claude', 'codex', 'gemini', 'opencode'] as const satisfies Plays[]).map(async (plays) => {
    const { agent, session } = await agentSession(t, client, plays);
    await becomes(client, session.id, 'idle');
    const receipt = await client.call('agent/send', { sessionId: session.id, text, reason: 'a test' });
    assert.match(receipt.state, /^(submitted|turnStarted)$/, JSON.stringify([plays, receipt]));
    assert.deepEqual(agent.submitted, [text]);
    assert.equal(agent.read.toString(), `\x1b[200~${text}\x1b[201~\r`);
    await receiptIn(client, receipt, 'turnStarted');
    await agent.tell({ do: 'idle' });
    const { evidence, enters } = await receiptIn(client, receipt, 'completed');
    assert.equal(enters, 1, evidence.join('\n'));
    const long = 'x '.repeat(2000);
    const second = await client.call('agent/send', { sessionId: session.id, text: long });
    assert.match(second.state, /^(submitted|turnStarted)$/, JSON.stringify([plays, second]));
    assert.deepEqual(agent.submitted, [text, long]);
  });
  await Promise.all(played);
});

test('a shell runs a line, and the receipt says what of it was seen; what it would cut or run early is refused', async (t) => {
  const { client } = await subscribed(t);
  const create = (...command: string[]) =>
    client.call('session/create', { command, environment: { PS1: '$ ' }, cols: 60, rows: 12 });
  const [bash, dash] = await Promise.all([create('bash', '--norc'), create('dash', '-i')]);
  await Promise.all([bash, dash].map(({ id }) => becomes(client, id, 'idle')));
  const send = (sessionId: string, line: string) =>
    client.call('agent/send', { sessionId, text: line, wait: 'completed' });

  const long = `echo ${'x'.repeat(100)} "$((6*7))" 'é;' # end`;
  for (const { id } of [bash, dash]) {
    const receipt = await send(id, long);
    assert.equal(receipt.state, 'completed', JSON.stringify(receipt));
    const { content } = await client.call('terminal/read', { sessionId: id });
    assert.match(content, /x{9} 42 é;/);
  }
  const loop = await send(bash.id, 'for i in 1 2; do\n  echo "row $i"\ndone');
  assert.equal(loop.state, 'completed', JSON.stringify(loop));
  assert.match((await client.call('terminal/read', { sessionId: bash.id })).content, /^row 1\nrow 2$/m);

  const codes = async (sessionId: string, line: string) => (await send(sessionId, line)).code;
  assert.equal(await codes(dash.id, 'one\ntwo'), 'NO_BRACKETED_PASTE');
  assert.equal(await codes(bash.id, `echo ${'y'.repeat(4096)}`), 'LINE_TOO_LONG');
  await client.call('session/send', { id: bash.id, text: 'half a comm' });
  await client.call('session/wait', { id: bash.id, until: 'pattern', pattern: 'half a comm' });
  assert.equal(await codes(bash.id, 'echo hi'), 'DRAFT_PRESENT');
  await client.call('session/send', { id: dash.id, text: 'cat', enter: true });
  await client.call('session/wait', { id: dash.id, until: 'pattern', pattern: '\\$ cat' });
  assert.match((await codes(dash.id, 'not for cat'))!, /^(AGENT_UNKNOWN|AGENT_BUSY|NO_PROMPT)$/);
});

test('of two that answer a dialog one is taken, and only while it stands there as it was listed', async (t) => {
  const { daemon, client } = await subscribed(t);
  const other = await reach(t, daemon);
  const { agent, session } = await agentSession(t, client, 'claude');
  const sessionId = session.id;
  await agent.tell({ do: 'ask', kind: 'permission' });
  await becomes(client, sessionId, 'blocked');
  const { interactions } = await client.call('interaction/list', { sessionId });
  const [{ id: interactionId, options, kind, text: question }] = interactions as [(typeof interactions)[0]];
  assert.equal(kind, 'permission');
  assert.match(question, /rm -rf build/);
  assert.deepEqual((await client.call('agent/get', { sessionId })).blocked!.interactionId, interactionId);
  const answers = [client, other].map((each, at) =>
    each.call('interaction/respond', { interactionId, optionId: options[at]!.id }).then(
      ({ evidence }) => evidence,
      (error) => error.data.code,
    ),
  );
  const outcomes = await Promise.all(answers);
  assert.equal(outcomes.filter((outcome) => outcome === 'INTERACTION_GONE').length, 1, outcomes.join('\n'));
  assert.equal(agent.reports.filter(({ told }) => told === 'intoDialog').length, 1);
  assert.equal(
    outcomes.find((outcome) => outcome !== 'INTERACTION_GONE'),
    `"${(await agent.next('chosen')).option}" was chosen: the dialog is gone.`,
  );

  // The same question again is another one.
  await agent.tell({ do: 'ask', kind: 'permission' });
  await becomes(client, sessionId, 'blocked');
  const answer = (id: string, optionId = options[0]!.id) =>
    client.call('interaction/respond', { interactionId: id, optionId });
  await assert.rejects(answer(interactionId), { data: { code: 'INTERACTION_GONE' } });
  const [again] = (await client.call('interaction/list', {})).interactions;
  await assert.rejects(answer(again!.id, '17'), { data: { code: 'InvalidParams' } });
  await assert.rejects(answer('nothing.like.it'), { data: { code: 'INTERACTION_NOT_FOUND' } });
  await assert.rejects(
    client.call('agent/send', { sessionId, text: '1', wait: 'completed' }).then(({ code }) => Promise.reject(code)),
    (code) => code === 'AGENT_BLOCKED',
  );
  assert.equal(agent.reports.filter(({ told }) => told === 'intoDialog').length, 1);
});

test('what was being typed when the daemon died is never typed again, what waited is typed, and a key stays what it was', async (t) => {
  const { daemon, client } = await subscribed(t);
  const { agent, session } = await agentSession(t, client, 'claude', { quirks: { echoLateMs: 30_000 } });
  const sessionId = session.id;
  await becomes(client, sessionId, 'idle');
  const lost = client.call('agent/send', { sessionId, text: 'in the middle', idempotencyKey: 'k' }).catch(() => {});
  await agent.next('pasted');
  const waits = await client.call('agent/send', { sessionId, text: 'afterwards', mode: 'queue', idempotencyKey: 'q' });
  assert.equal(waits.state, 'queued');
  await daemon.kill9();
  await lost;
  await agent.tell({ do: 'quirks', quirks: { echoLateMs: 0 } });
  await agent.tell({ do: 'draft', text: '' });
  await daemon.restart();
  const next = await reach(t, daemon);
  await next.call('event/subscribe', { names: ['agent/changed', 'injection/changed'] });
  const { receipts } = await next.call('injection/list', { sessionId });
  assert.deepEqual(
    receipts.map(({ state, code }) => [state, code]),
    [
      ['queued', null],
      ['indeterminate', 'DAEMON_RESTARTED'],
    ],
  );
  const again = await next.call('agent/send', { sessionId, text: 'in the middle', idempotencyKey: 'k' });
  assert.deepEqual(again, receipts[1]);
  // The text of the first stands in the prompt like anybody's draft; only a person takes it out.
  await next.call('session/send', { id: sessionId, text: '', keys: ['C-u'] });
  await agent.tell({ do: 'work' });
  await becomes(next, sessionId, 'working');
  await agent.tell({ do: 'idle' });
  await receiptIn(next, waits, 'turnStarted');
  assert.deepEqual(agent.submitted, ['afterwards']);
  const { entries } = await next.call('audit/list', { method: 'injection/type' });
  const told = entries.map(({ target, outcome }) => `${target} ${outcome}`);
  const target = `${sessionId} sha256:`;
  assert.deepEqual(told.toReversed(), [
    `${target}${again.textHash} begun`,
    `${target}${waits.textHash} begun`,
    `${target}${waits.textHash} turnStarted`,
  ]);
});
