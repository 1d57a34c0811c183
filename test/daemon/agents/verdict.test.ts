/** The judge: what wins over what, what is cleared by what, and when it wants to look again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AgentState, HookReport } from '#protocol';
import { begin, type Claim, ended, type Gathered, looked, reported } from '../../../daemon/agents/gather.js';
import { meaningOf } from '../../../daemon/agents/hooks.js';
import { builtIn } from '../../../daemon/agents/manifests/index.js';
import { judge, type Verdict } from '../../../daemon/agents/verdict.js';

type Says = Claim['says'];

const claim = (says: Says, more: Partial<Claim> = {}): Claim => ({
  source: 'screen',
  says,
  rule: says,
  span: says,
  ...more,
});

/** A program under the judge, on a clock of its own. */
function createBench(graceMs = 0, startsSlowly = true) {
  let now = 1_000_000;
  let gathered: Gathered = begin({ spawnId: 'one', startedAt: now, graceMs, startsSlowly });
  let verdict: Verdict | undefined;
  const decide = () => {
    verdict = judge(gathered, verdict, now);
    return verdict.state;
  };
  const hook = (event: HookReport['event'], more: Partial<HookReport> = {}, at = now): AgentState => {
    const report = { sessionId: '', agent: 'claude', event, subagent: false, ...more } as HookReport;
    gathered = reported(gathered, meaningOf(report, builtIn.claude, gathered.hook?.says), at);
    return decide();
  };
  return {
    pass(ms: number) {
      now += ms;
    },
    look(...says: (Says | Claim)[]): AgentState {
      const claims = says.map((each) => (typeof each === 'string' ? claim(each) : each));
      gathered = looked(gathered, claims, true, now);
      return decide();
    },
    unsettled(...says: Says[]): AgentState {
      gathered = looked(
        gathered,
        says.map((each) => claim(each)),
        false,
        now,
      );
      return decide();
    },
    hook,
    exit(code: number | null) {
      gathered = ended(gathered, claim('exited', { source: 'exit', code }), now);
      return decide();
    },
    get now() {
      return now;
    },
    get verdict() {
      return verdict!;
    },
    get gathered() {
      return gathered;
    },
  };
}

test('each kind of evidence wins over those below it', () => {
  const order: [Says[], AgentState][] = [
    [['blocked', 'busy', 'done', 'auth_failed', 'limited', 'idle', 'doubt'], 'blocked'],
    [['busy', 'done', 'auth_failed', 'limited', 'idle', 'doubt'], 'working'],
    [['done', 'auth_failed', 'limited', 'idle', 'doubt'], 'done'],
    [['awaited', 'idle'], 'starting'],
    [['auth_failed', 'limited', 'idle', 'doubt'], 'auth_failed'],
    [['limited', 'idle', 'doubt'], 'limited'],
    [['idle', 'doubt'], 'idle'],
    [['doubt'], 'unknown'],
  ];
  for (const [says, state] of order) {
    assert.equal(createBench().look(...says), state);
    assert.equal(createBench().look(...says.toReversed()), state);
    const bench = createBench();
    bench.look(...says);
    assert.equal(bench.exit(2), 'exited');
    assert.equal(bench.verdict.code, 2);
  }
});

test('blocked stays until something positive tells otherwise; half a picture does not', () => {
  const bench = createBench();
  bench.look(claim('blocked', { kind: 'plan' }));
  bench.pass(60_000);
  assert.equal(bench.look(), 'blocked');
  assert.equal(bench.look('doubt'), 'blocked');
  assert.equal(bench.verdict.blocked?.kind, 'plan');
  assert.equal(bench.verdict.since, bench.now - 60_000);
  assert.equal(bench.look('idle'), 'idle');
  bench.look('blocked');
  assert.equal(bench.look('busy'), 'working');
});

test('a permission hook blocks at once, and is not cleared by the picture from before the dialog', () => {
  const bench = createBench();
  bench.look('busy');
  assert.equal(bench.hook('permission'), 'blocked');
  bench.pass(200);
  assert.equal(bench.look('busy'), 'blocked');
  bench.pass(1000);
  assert.equal(bench.look('busy'), 'working');
  bench.hook('permission');
  assert.equal(bench.hook('toolEnd'), 'working');
});

test('what is seen to work beats an idle hook; work a hook told of ends by an idle screen, or with its time', () => {
  const bench = createBench();
  assert.equal(bench.hook('turnStart'), 'working');
  assert.equal(bench.look('busy'), 'working');
  assert.equal(bench.hook('turnEnd'), 'working');
  bench.pass(10);
  assert.equal(bench.look('idle'), 'idle');
  // An Escape fires no hook.
  bench.pass(1000);
  bench.hook('turnStart');
  const states: AgentState[] = [];
  for (let ms = 0; ms <= 2000; ms += 100) {
    states.push(bench.look('idle'));
    bench.pass(100);
  }
  assert.equal(states.indexOf('idle') * 100, 1500);
  bench.hook('turnStart');
  bench.pass(119_000);
  assert.equal(bench.look(), 'working');
  assert.equal(bench.verdict.evidence[0]?.leftMs, 1000);
  assert.equal(bench.verdict.deadlineAt, bench.now + 1000);
});

test('what is absent is believed after three looks and 1,500 ms, and never where something seems to be asked', () => {
  const after = (...says: Says[]) => {
    const bench = createBench();
    bench.look('busy');
    const states: AgentState[] = [];
    for (let ms = 100; ms <= 2000; ms += 100) {
      bench.pass(100);
      states.push(bench.look(...says));
    }
    return states;
  };
  assert.equal((after().indexOf('idle') + 1) * 100, 1600);
  assert.ok(!after('doubt').includes('idle'));
  const seldom = createBench();
  seldom.look('busy');
  seldom.pass(10_000);
  assert.deepEqual([seldom.look(), seldom.look(), seldom.look()], ['working', 'working', 'working']);
  assert.equal(seldom.verdict.deadlineAt, seldom.now + 100);
  const never = createBench();
  never.look('idle');
  assert.equal(never.look(), 'unknown');
});

test('an idle screen seen halfway is looked at again before work is over', () => {
  const bench = createBench();
  bench.look('busy');
  bench.pass(400);
  assert.equal(bench.unsettled('idle'), 'working');
  assert.equal(bench.verdict.deadlineAt, bench.now + 100);
  bench.pass(100);
  assert.equal(bench.unsettled('idle'), 'idle');
});

test('turns are a set: an agent is idle when all are over', () => {
  const bench = createBench();
  bench.hook('turnStart');
  bench.hook('turnStart', { subagent: true, turnId: 'a' });
  bench.hook('turnStart', { subagent: true, turnId: 'b' });
  assert.equal(bench.hook('turnEnd'), 'working');
  bench.hook('turnEnd', { subagent: true, turnId: 'a' });
  assert.equal(bench.verdict.state, 'working');
  assert.equal(bench.hook('turnEnd', { subagent: true, turnId: 'b' }), 'idle');
  for (let turn = 0; turn < 500; turn++) bench.hook('turnStart', { turnId: String(turn) });
  assert.equal(bench.gathered.turns.length, 64);
  assert.equal(bench.hook('idle'), 'idle');
});

test('what a hook tells late, of what is over, is counted and dropped', () => {
  const bench = createBench();
  bench.pass(1000);
  bench.hook('turnEnd');
  assert.equal(bench.hook('turnStart', {}, bench.now - 500), 'idle');
  assert.equal(bench.gathered.dropped, 1);
});

test('a limit ends at its time, and what tells of it in two hours does not begin anew with each look', () => {
  const bench = createBench();
  const inTwoHours = () => claim('limited', { until: bench.now + 7_200_000 });
  const until = bench.now + 7_200_000;
  assert.equal(bench.look(inTwoHours(), 'idle'), 'limited');
  assert.deepEqual([bench.verdict.until, bench.verdict.deadlineAt], [until, until]);
  bench.pass(7_000_000);
  assert.equal(bench.look(inTwoHours(), 'idle'), 'limited');
  assert.equal(bench.verdict.until, until);
  bench.pass(200_000);
  assert.equal(bench.look(inTwoHours(), 'idle'), 'idle');
});

test('a program is starting until it shows something known; what it shows at once is not believed for a while', () => {
  const bench = createBench(3000);
  assert.equal(bench.look('idle'), 'starting');
  assert.equal(bench.verdict.deadlineAt, bench.now + 3000);
  bench.pass(3000);
  assert.equal(bench.look('idle'), 'idle');
  const silent = createBench(3000);
  silent.pass(60_000);
  assert.equal(silent.look(), 'starting');
  const shell = createBench(0, false);
  assert.equal(shell.look(), 'unknown');
  shell.look('idle');
  shell.pass(5000);
  assert.equal(shell.look(), 'idle');
  shell.pass(1000);
  assert.equal(shell.look(), 'unknown');
});

const says = fc.constantFrom<Says>('blocked', 'busy', 'idle', 'doubt', 'limited', 'auth_failed', 'done');
const events = fc.constantFrom<HookReport['event']>(
  'turnStart',
  'turnEnd',
  'permission',
  'toolStart',
  'toolEnd',
  'idle',
  'heartbeat',
);
const step = fc.oneof(
  fc.record({ look: fc.uniqueArray(says, { maxLength: 3 }), pass: fc.nat({ max: 3000 }) }),
  fc.record({ hook: events, pass: fc.nat({ max: 3000 }) }),
);

test('whatever happens: what is seen to ask blocks, what is seen to work is never idle, and time never goes back', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const bench = createBench();
      for (const each of steps) {
        bench.pass(each.pass);
        if ('hook' in each) bench.hook(each.hook);
        else bench.look(...each.look);
        const { state, since, deadlineAt, evidence } = bench.verdict;
        const shown = bench.gathered.screen.map((it) => it.says);
        if (shown.includes('blocked')) assert.equal(state, 'blocked');
        else if (shown.includes('busy')) assert.ok(['working', 'blocked'].includes(state), state);
        assert.ok(since <= bench.now && (deadlineAt === null || deadlineAt > bench.now));
        assert.ok(evidence.length > 0 && evidence.length <= 10);
      }
    }),
    { numRuns: 300 },
  );
});
