/** Rules that users add: taken as a whole or not at all, and never able to hold the daemon up. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkExpression, createExpression } from '../../../daemon/agents/expression.js';
import { literalIn } from '../../../daemon/agents/literal.js';
import { builtIn } from '../../../daemon/agents/manifests/index.js';
import { createManifests } from '../../../daemon/agents/overrides.js';
import { fits, isRange } from '../../../daemon/agents/version.js';
import { drawScreen, NOW } from '../../support/screens.js';
import { folderFor, heard, whole } from '../../support/whole.js';

const own = Object.values(builtIn);
const expressions = own.flatMap(({ rules, composer, submit, version }) => [
  ...rules.flatMap(({ all, any, none }) => [...all, ...any, ...none]),
  ...[composer?.prompt, composer?.noPrompt, composer?.waits, version].filter((it) => it !== undefined),
  ...(composer?.placeholder ?? []),
  ...submit.pastedPlaceholder,
]);

test('no expression of ours takes long on lines made for that, whatever an agent prints', () => {
  const hostile = [
    `${'a'.repeat(5000)}!`,
    '❯ '.repeat(3000),
    `● ${'you’ve hit your '.repeat(500)}`,
    `${' '.repeat(4000)}x`,
    Array(40).fill('  1. x '.repeat(30)).join('\n'),
    Array(40)
      .fill(`• ${'Working (1s • '.repeat(14)}`)
      .join('\n'),
  ];
  for (const source of expressions) {
    checkExpression(source);
    const expression = createExpression(source);
    const begun = performance.now();
    for (const text of hostile) expression.find(text);
    const ms = performance.now() - begun;
    assert.ok(ms < 500, `${source} took ${ms} ms`);
  }
});

test('the ids and priorities of rules are unique for each agent', () => {
  for (const { rules } of own) {
    assert.equal(new Set(rules.map(({ id }) => id)).size, rules.length);
    assert.equal(new Set(rules.map(({ priority }) => priority)).size, rules.length);
  }
});

/** What is loaded from a file for claude, and what the log says of it. */
function loaded(folder: string, text: string) {
  const log: Record<string, unknown>[] = [];
  writeFileSync(join(folder, 'claude.toml'), text);
  const manifests = createManifests({ folder, log: (line) => void log.push(line) });
  return { manifests, log };
}

const RULE =
  '[[rule]]\nid = "my-wait"\nregion = "bottom"\nall = ["please hold the line"]\nsays = "blocked"\nkind = "other"\n';

test('a rule of a user is added to ours, takes the place of one of the same id, and ours can be disabled', async (t) => {
  const folder = folderFor(t);
  const read = async (text: string, rules: string) => {
    const { manifests } = loaded(folder, rules);
    const { grid, told } = await drawScreen(text, { cols: 80 });
    return manifests
      .read('claude')(grid, { ...told, version: undefined }, NOW)
      .claims.map(({ rule }) => rule);
  };
  assert.deepEqual(await read('Please hold\nthe line', RULE), ['my-wait']);
  const box = `${'─'.repeat(80)}\n❯ \n${'─'.repeat(80)}`;
  assert.deepEqual(await read(box, ''), ['prompt-box']);
  assert.deepEqual(await read(box, 'disabled = ["prompt-box"]'), []);
  const other = RULE.replace('my-wait', 'prompt-box').replace('please hold the line', '❯');
  assert.deepEqual(await read(box, other), ['prompt-box']);
  const { manifests } = loaded(folder, 'programs = ["claude-next"]');
  assert.deepEqual(manifests.manifest('claude').programs, ['claude', 'claude-next']);
});

const broken: [what: string, text: string, said: RegExp][] = [
  ['no TOML', 'rule = [', /^line 1:/],
  ['an unknown key', `${RULE}colour = "red"`, /colour/],
  ['an unknown region', RULE.replace('bottom', 'cellar'), /rule\.0\.region/],
  ['no expression', RULE.replace('all = ["please hold the line"]', ''), /at least one expression/],
  ['what only backtracking can do', RULE.replace('please hold', '(?=please)'), /no RE2 expression/],
  ['an expression that repeats too much', RULE.replace('please hold', '((a{1,100}){1,100})'), /repeats too much|RE2/],
  ['a rule to disable that is none', 'disabled = ["nothing"]', /there is no rule nothing/],
  ['a bad range of versions', `${RULE}versions = "new"`, /a range such as/],
  ['far too much', `# ${'x'.repeat(300_000)}`, /at most 262144/],
];

for (const [what, text, said] of broken) {
  test(`a file with ${what} is ignored as a whole, and the log says why`, (t) => {
    const { manifests, log } = loaded(folderFor(t), text);
    assert.deepEqual(manifests.manifest('claude'), builtIn.claude);
    assert.deepEqual([log.length, log[0]?.level], [1, 'warn']);
    assert.match(String(log[0]?.reason), said);
  });
}

test('an expression of a user that would backtrack for ever elsewhere answers at once', () => {
  const begun = performance.now();
  assert.equal(createExpression('(a+)+$').find(`${'a'.repeat(20_000)}!`), undefined);
  assert.ok(performance.now() - begun < 2000);
});

test('words that every match holds are found, and only those that are sure', () => {
  const cases: [string, string | undefined][] = [
    ['quick safety check', 'quick safety check'],
    ['Do you (?:really )?trust the', 'trust the'],
    ['allow command\\?', 'allow command?'],
    ['colou?rs here', 'rs here'],
    ['ab{2,3}cde', 'cde'],
    ['one|other', undefined],
    ['(?:one|other)', undefined],
    ['[abcdef]+', undefined],
    ['\\d+ shells', ' shells'],
  ];
  for (const [source, literal] of cases)
    assert.equal(literalIn(source), literal === undefined || literal.trim().length < 4 ? undefined : literal, source);
});

test('ranges of versions', () => {
  assert.deepEqual([isRange('>=1.0 <3'), isRange('1.0'), isRange('latest')], [true, false, false]);
  for (const version of ['1.0', '1.0.0', '2.9.9']) assert.ok(fits(version, '>=1.0 <3'), version);
  for (const version of ['0.9', '3', '3.0.1']) assert.ok(!fits(version, '>=1.0 <3'), version);
  assert.ok(fits(undefined, '>=9') && fits('1.10', '>1.9') && fits('2', '=2.0'));
});

test('a daemon takes the rules over as its configuration is read again', async (t) => {
  const { daemon, client } = await whole(t);
  await client.call('event/subscribe', { names: ['agent/changed'] });
  const script = 'echo please hold the line; read x; echo over; read x';
  const { id: sessionId } = await client.call('session/create', {
    command: ['sh', '-c', script],
    agentProvider: 'claude',
  });
  await client.call('session/wait', { id: sessionId, until: 'pattern', pattern: 'hold' });
  assert.equal((await client.call('agent/explain', { sessionId })).agent.state, 'starting');
  mkdirSync(join(daemon.home, 'agents'));
  writeFileSync(join(daemon.home, 'agents/claude.toml'), RULE);
  await client.call('config/reload', {});
  const { agent } = await client.call('agent/explain', { sessionId });
  assert.deepEqual([agent.state, agent.blocked?.kind, agent.evidence[0]?.rule], ['blocked', 'other', 'my-wait']);
  writeFileSync(
    join(daemon.home, 'agents/claude.toml'),
    RULE.replace('blocked', 'busy').replace('kind = "other"\n', ''),
  );
  await client.call('config/reload', {});
  const working = heard(client, 'agent/changed', (it) => it.agent.state === 'working');
  await client.call('session/send', { id: sessionId, enter: true });
  assert.equal((await working).agent.evidence[0]?.rule, 'my-wait');
});
