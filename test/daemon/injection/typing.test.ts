/** How a text gets into an agent: what is refused untouched, what is seen at each step, and what is never done twice. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type InjectingOptions, openInjecting } from '../../support/agent/injecting.js';
import type { Staged } from '../../support/agent/staged.js';

const BEGIN = '\x1b[200~';
const END = '\x1b[201~';

interface Case extends InjectingOptions {
  readonly text?: string;
  readonly wanted?: Parameters<ReturnType<typeof openInjecting>['send']>[1];
  /** Before it is sent. */
  readonly prepare?: (staged: Staged) => void;
  readonly state: string;
  readonly code?: string | null;
  readonly enters?: number;
  /** What the program has read in all. */
  readonly read?: string;
  readonly submitted?: readonly string[];
}

async function check(t: TestContext, wanted: Case) {
  const it = openInjecting(t, wanted);
  await it.staged.agents.look(it.session.id);
  wanted.prepare?.(it.staged);
  await it.staged.agents.look(it.session.id);
  const { text = 'run the tests' } = wanted;
  const receipt = await it.send(text, wanted.wanted);
  const { state, code, enters } = receipt;
  const expected = { state: wanted.state, code: wanted.code ?? null, enters: wanted.enters ?? enters };
  assert.deepEqual({ state, code, enters }, expected, `${receipt.reason} ${receipt.evidence}`);
  if (wanted.read !== undefined) assert.equal(it.staged.read.toString(), wanted.read);
  if (wanted.submitted) assert.deepEqual(it.staged.submitted, wanted.submitted);
  assert.deepEqual(it.staged.intoDialogs, []);
  return { ...it, receipt };
}

const whole = (text: string) => `${BEGIN}${text}${END}`;
const refusedUntouched = { state: 'refused', read: '', submitted: [] };
const seen: Readonly<Record<string, Case>> = {
  'an idle agent takes a prompt': {
    ...{ state: 'turnStarted', enters: 1, read: `${whole('run the tests')}\r`, submitted: ['run the tests'] },
  },
  'lines and tabs stay one prompt, and a long one that is only named counts as seen': {
    text: 'one\n\ttwo;\n$(three)\nfour\nfive',
    ...{ state: 'turnStarted', enters: 1, submitted: ['one\n\ttwo;\n$(three)\nfour\nfive'] },
  },
  'what could end the paste or press a key is taken out': {
    text: `a${END}\x1b[A\x03b\r\nc`,
    ...{ state: 'turnStarted', read: `${whole('ab\nc')}\r`, submitted: ['ab\nc'] },
  },
  'copy mode is left first': {
    prepare: (staged) => staged.tell({ do: 'copyMode' }),
    ...{ state: 'turnStarted', submitted: ['run the tests'] },
  },
  'an Enter that is lost is pressed again, while the text stands there': {
    quirks: { dropEnters: 2 },
    ...{ state: 'turnStarted', enters: 3, read: `${whole('run the tests')}\r\r\r`, submitted: ['run the tests'] },
  },
  'three Enters are all there are': {
    quirks: { dropEnters: 9 },
    ...{ state: 'indeterminate', code: 'NOT_TAKEN', enters: 3, read: `${whole('run the tests')}\r\r\r` },
  },
  'a late echo is waited for': { quirks: { echoLateMs: 100 }, state: 'turnStarted', enters: 1 },
  'what is not seen to arrive is not sent off': {
    quirks: { swallowPastes: 1 },
    ...{ state: 'indeterminate', code: 'NO_ECHO', enters: 0, read: whole('run the tests') },
  },
  'nor what arrives too late': { quirks: { echoLateMs: 400 }, state: 'indeterminate', code: 'NO_ECHO', enters: 0 },
  'a dialog that comes with the text gets no Enter': {
    quirks: { dialogAfterPaste: { kind: 'permission', ms: 0 } },
    ...{ state: 'indeterminate', code: 'AGENT_BLOCKED', enters: 0, submitted: [] },
  },
  'nor one that comes before Enter': {
    quirks: { dialogAfterPaste: { kind: 'question', ms: 20 } },
    ...{ state: 'indeterminate', code: 'AGENT_BLOCKED', enters: 0, submitted: [] },
  },
  'a dialog in place of the turn is no turn, and gets no second Enter': {
    quirks: { dialogForTurn: 'permission' },
    ...{ state: 'indeterminate', code: 'AGENT_BLOCKED', enters: 1, submitted: [] },
  },
  'another program in between gets no Enter': {
    quirks: { respawnAfterPaste: 10 },
    ...{ state: 'indeterminate', code: 'SPAWN_CHANGED', enters: 0, submitted: [] },
  },
  'an agent that shows no work is not said to have taken it': {
    quirks: { neverBusy: true },
    ...{ state: 'indeterminate', code: 'NOT_CONFIRMED', enters: 1, submitted: ['run the tests'] },
  },
  'an agent that shows work late has taken it': { quirks: { busyLateMs: 250 }, state: 'turnStarted', enters: 1 },
  'without `submit` it is left standing': {
    wanted: { submit: false },
    ...{ state: 'typed', enters: 0, read: whole('run the tests'), submitted: [] },
  },
  'an agent that works keeps it for later': {
    prepare: (staged) => staged.tell({ do: 'work' }),
    ...{ state: 'submitted', enters: 1, submitted: ['run the tests'] },
  },
  'an agent in an expected state takes it': {
    wanted: { expect: { states: ['working'], spawnId: 'life 1' } },
    prepare: (staged) => staged.tell({ do: 'work' }),
    state: 'submitted',
  },
  'a placeholder is no draft': { quirks: { placeholder: 'Try "fix it"' }, state: 'turnStarted' },
};
const refused: Readonly<Record<string, Case>> = {
  'a draft of a person': {
    prepare: (staged) => staged.tell({ do: 'draft', text: 'my own words' }),
    ...{ code: 'DRAFT_PRESENT', ...refusedUntouched },
  },
  'a dialog': {
    prepare: (staged) => staged.tell({ do: 'ask', kind: 'permission' }),
    ...{ code: 'AGENT_BLOCKED', ...refusedUntouched },
  },
  'a dialog with options, even when `expect` allows it': {
    prepare: (staged) => staged.tell({ do: 'ask', kind: 'permission' }),
    wanted: { expect: { states: ['blocked'] } },
    ...{ code: 'AGENT_BLOCKED', ...refusedUntouched },
  },
  'another life of the program than expected': {
    prepare: (staged) => staged.tell({ do: 'respawn' }),
    wanted: { expect: { spawnId: 'life 1' } },
    ...{ code: 'SPAWN_CHANGED', ...refusedUntouched },
  },
  'a state that is not expected': {
    wanted: { expect: { states: ['working'] } },
    ...{ code: 'AGENT_IDLE', ...refusedUntouched },
  },
  'a program that ended': {
    prepare: (staged) => staged.tell({ do: 'exit', code: 1 }),
    ...{ code: 'AGENT_EXITED', ...refusedUntouched },
  },
  'several lines for a program that takes no pastes': {
    text: 'one\ntwo',
    prepare: (staged) => staged.tell({ do: 'plain' }),
    ...{ code: 'NO_BRACKETED_PASTE', ...refusedUntouched },
  },
  'a command the folder does not want': { text: 'sudo rm  -rf /', ...{ code: 'COMMAND_DENIED', ...refusedUntouched } },
};

for (const [name, each] of Object.entries(seen)) test(name, (t) => check(t, each).then(() => {}));
for (const [name, each] of Object.entries(refused))
  test(`nothing is touched for ${name}`, (t) => check(t, each).then(() => {}));

test('each step is told, with what was seen, and the turn until it is over', async (t) => {
  const { staged, told, audit, receipt } = await check(t, { state: 'turnStarted' });
  staged.tell({ do: 'idle' });
  await staged.agents.look(receipt.sessionId);
  const steps = told();
  assert.deepEqual(
    steps.map(({ state }) => state),
    ['queued', 'typed', 'submitted', 'turnStarted', 'completed'],
  );
  assert.deepEqual(steps.at(-1)!.evidence, [
    'claude was idle: screen (a idle screen)',
    'the text stands in the prompt',
    'the prompt box is empty and screen (a working screen) shows work',
    'screen (a idle screen) shows that it is over',
  ]);
  const target = `injection/type ${receipt.sessionId} sha256:${receipt.textHash}`;
  assert.deepEqual(audit, [`${target} begun`, `${target} turnStarted`]);
  assert.equal(receipt.spawnId, 'life 1');
});

test('the audit has the text only where the folder says so, and nothing is typed that it cannot hold', async (t) => {
  const spoken = await check(t, { state: 'turnStarted', policy: { auditText: true } });
  assert.match(spoken.audit[0]!, / run the tests begun$/);
  const it = openInjecting(t);
  const { RpcError } = await import('#protocol');
  it.audits.broken = new RpcError('Unavailable', 'The disk is full.', { code: 'AUDIT_UNAVAILABLE' });
  const { state, code } = await it.send('text');
  assert.deepEqual([state, code, it.staged.read.length], ['refused', 'AUDIT_UNAVAILABLE', 0]);
});

test('the same key is the same receipt, whatever the text, and types once', async (t) => {
  const it = openInjecting(t);
  const [one, two] = await Promise.all([it.send('first', { key: 'k' }), it.send('second', { key: 'k' })]);
  const three = await it.send('third', { key: 'k' });
  assert.deepEqual([two.id, three.id, it.staged.submitted], [one.id, one.id, ['first']]);
  assert.equal(three.state, 'turnStarted');
});

test('texts sent at once are typed one after another, each whole', async (t) => {
  const it = openInjecting(t, { quirks: { turn: { ms: 0 } } });
  const texts = ['one', 'two', 'three'];
  const receipts = await Promise.all(texts.map((text) => it.send(text)));
  assert.deepEqual(it.staged.submitted, texts);
  for (const { state } of receipts) assert.match(state, /^(turnStarted|submitted|completed|indeterminate)$/);
});

test('a text of nothing, or of too much, is none', async (t) => {
  const it = openInjecting(t);
  for (const text of [' \n\t', '\x1b[31m', 'é'.repeat(200_000)])
    await assert.rejects(it.send(text), { data: { code: 'INVALID_COMMAND' } });
  assert.deepEqual(it.told(), []);
});
