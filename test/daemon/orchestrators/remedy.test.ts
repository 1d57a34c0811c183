/** What an orchestrator does by itself: nothing but a nudge, only where one may help, and seldom; on record before and after. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Stall } from '#protocol';
import { type Nudge, remedyFor, type Situation } from '../../../daemon/orchestrators/remedy.js';
import { openOrchestrated } from '../../support/orchestrated.js';

const HOUR = 3_600_000;
const NOW = 100 * HOUR;
const nudge = (stallId: string, health: string, hoursAgo: number, outcome: string | null = 'submitted'): Nudge => ({
  ...{ receiptId: `r${hoursAgo}`, stallId, health, at: NOW - hoursAgo * HOUR, outcome },
});

const owner = { autoIntervention: true, monitoring: true, status: 'analyzing' } as const;
const stall = { id: 'e1', health: 'stalled', cause: 'no_progress', state: 'working' } as const;
const usual: Situation = { owner, stall, nudges: [], typedAt: undefined };
const of = (more: Partial<Stall>) => ({ stall: { ...stall, ...more } });

const cases: readonly (readonly [what: string, more: Partial<Situation>, remedy: 'nudge' | 'notify'])[] = [
  ['an agent that says that it works, while nothing comes of it', {}, 'nudge'],
  ['one whose spinner turns', of({ cause: 'frozen_spinner' }), 'nudge'],
  ['one that hangs', of({ health: 'hung' }), 'nudge'],
  ['where it is not allowed', { owner: { ...owner, autoIntervention: false } }, 'notify'],
  ['of a paused orchestrator', { owner: { ...owner, status: 'paused' } }, 'notify'],
  ['of one that watches no longer', { owner: { ...owner, monitoring: false } }, 'notify'],
  ['one that is slow', of({ health: 'slow' }), 'notify'],
  ...(['startup', 'long_tool', 'flapping', 'crash_loop'] as const).map(
    (cause) => [`cause ${cause}`, of({ cause }), 'notify'] as const,
  ),
  ...(['flapping', 'crash_loop', 'unknown', 'ok'] as const).map(
    (health) => [`health ${health}`, of({ health }), 'notify'] as const,
  ),
  ...(['starting', 'blocked', 'idle', 'done', 'limited', 'auth_failed', 'exited', 'unknown'] as const).map(
    (state) => [`state ${state}`, of({ state }), 'notify'] as const,
  ),
  ['while somebody types', { typedAt: NOW - 59_999 }, 'notify'],
  ['when nobody has for a minute', { typedAt: NOW - 60_000 }, 'nudge'],
  ['again for the same step', { nudges: [nudge('e1', 'stalled', 1)] }, 'notify'],
  ['again for the same step, where it was refused', { nudges: [nudge('e1', 'stalled', 1, 'refused')] }, 'notify'],
  ['once more when it has come to hang', { ...of({ health: 'hung' }), nudges: [nudge('e1', 'stalled', 1)] }, 'nudge'],
  ['a third time in 6 hours', { nudges: [nudge('e2', 'stalled', 5), nudge('e2', 'hung', 1)] }, 'notify'],
  [
    'a third time, one of them unknown',
    { nudges: [nudge('e2', 'stalled', 5, null), nudge('e3', 'hung', 1)] },
    'notify',
  ],
  ['once the first is 6 hours ago', { nudges: [nudge('e2', 'stalled', 6), nudge('e2', 'hung', 1)] }, 'nudge'],
  ['where none but refused ones were', { nudges: [1, 2, 3].map((h) => nudge(`f${h}`, 'hung', h, 'refused')) }, 'nudge'],
];

for (const [what, more, remedy] of cases)
  test(`remedy: ${what}: ${remedy}`, () => assert.equal(remedyFor({ ...usual, ...more }, NOW), remedy));

async function opened(t: Parameters<typeof openOrchestrated>[0]) {
  const slice = openOrchestrated(t);
  const folder = slice.folder('api');
  const control = await slice.control(folder.id, { autoIntervention: true });
  const session = slice.file(folder.id, { name: 'work' });
  const log = async (id = control.id) =>
    (await slice.call('orchestrator/audit', { id })).logs
      .filter(({ actionType }) => actionType.startsWith('nudg'))
      .map(({ actionType, targetSessionId, details }) => [actionType, targetSessionId, details.state ?? details.health])
      .reverse();
  return { slice, folder, control, session, log };
}

test('a nudge is on record before it is typed, with its outcome after, and the insight tells of both', async (t) => {
  const { slice, control, session, log } = await opened(t);
  let taken = () => {};
  const asked = new Promise<void>((resolve) => {
    taken = resolve;
  });
  const { nudge: submitted } = slice.script;
  slice.script.nudge = (receipt) => asked.then(() => submitted(receipt));
  const stall = slice.stalls.begin(session);
  const [wanted] = slice.nudges;
  assert.deepEqual(
    [slice.nudges.length, wanted!.orchestratorId, wanted!.session.id, wanted!.text],
    [1, control.id, session.id, 'You seem to be stuck. Say what you are waiting for, or go on.'],
  );
  const told = async () => {
    const [insight] = (await slice.call('insight/list', { orchestratorId: control.id })).insights;
    return (insight!.context.nudges as { outcome: unknown }[]).map(({ outcome }) => outcome);
  };
  assert.deepEqual([await log(), await told()], [[['nudging', session.id, 'stalled']], [null]]);
  taken();
  await slice.settled();
  assert.deepEqual([(await log()).at(-1), await told()], [['nudged', session.id, 'submitted'], ['submitted']]);
  // The same step is no reason for another, the next one is, and after two there is none for hours.
  const worse = slice.stalls.worsen(stall, { severity: 'warning' });
  assert.equal(slice.nudges.length, 1);
  slice.stalls.end(slice.stalls.worsen(worse, { health: 'hung' }));
  assert.equal(slice.nudges.length, 2);
  slice.stalls.begin(session);
  assert.equal(slice.nudges.length, 2);
});

test('neither a restart nor another orchestrator forgets how often a session was nudged', async (t) => {
  const { slice, control, session } = await opened(t);
  for (const _ of [1, 2]) slice.stalls.end(slice.stalls.begin(session));
  await slice.settled();
  await slice.call('orchestrator/delete', { id: control.id });
  const again = slice.again();
  const { orchestrator } = await again.call('orchestrator/create', { type: 'master', autoIntervention: true });
  again.stalls.begin(session);
  const other = again.file(null);
  again.stalls.begin(other);
  assert.deepEqual(
    again.nudges.map(({ orchestratorId, session: { id } }) => [orchestratorId, id]),
    [[orchestrator.id, other.id]],
  );
});

test('one that was refused is logged as that, and one for which somebody types is made up for in a later round', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { slice, session, log } = await opened(t);
  slice.script.nudge = async (receipt) => ({ ...receipt, state: 'refused', code: 'DRAFT_PRESENT', reason: 'A draft.' });
  slice.script.typedAt = 1000;
  slice.stalls.begin(session);
  t.mock.timers.tick(30_000);
  assert.deepEqual(slice.nudges, []);
  slice.script.typedAt = undefined;
  t.mock.timers.tick(30_000);
  await slice.settled();
  t.mock.timers.tick(30_000);
  assert.deepEqual(await log(), [
    ['nudging', session.id, 'stalled'],
    ['nudge_refused', session.id, 'refused'],
  ]);
});
