/** The rules of orchestrators: whom they watch, what their status tells, what changes, and how well they are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { health } from '../../../daemon/orchestrators/health.js';
import {
  configured,
  draft,
  type Kept,
  monitored,
  nearest,
  paused,
  resumed,
  shown,
  statusOf,
  watches,
} from '../../../daemon/orchestrators/orchestrator.js';
import { refused } from '../../support/refused.js';
import { sample } from '../../support/sample.js';

const presets = { monitoringInterval: 30, stallThreshold: 300 };
const kept = (changes: Partial<Kept> = {}): Kept => ({
  ...draft(
    { id: 'm', userId: 'ann', type: 'master', folderId: 'f1', sessionId: null, monitoring: true },
    presets,
    1000,
  ),
  ...changes,
});
const control = (changes: Partial<Kept> = {}) =>
  kept({ id: 'c', type: 'sub_orchestrator', folderId: 'f1', ...changes });

test('the master watches every session of its user, a control those of its folder, and nobody an orchestrator', () => {
  const [master, sub] = [kept(), control()];
  for (const [session, byMaster, byControl] of [
    [{ folderId: 'f1' }, true, true],
    [{ folderId: 'f2' }, true, false],
    [{}, true, false],
    [{ folderId: 'f1', userId: 'bob' }, false, false],
    [{ folderId: 'f1', isOrchestratorSession: true }, false, false],
  ] as const) {
    assert.deepEqual([watches(master, sample(session)), watches(sub, sample(session))], [byMaster, byControl]);
  }
});

test('the nearest that watches is the control, and the master where that is paused or does not monitor', () => {
  const session = sample({ folderId: 'f1' });
  const of = (...own: Kept[]) => nearest(own, session)?.id;
  assert.equal(of(kept(), control()), 'c');
  assert.equal(of(kept(), control({ status: 'paused' })), 'm');
  assert.equal(of(kept(), control({ monitoring: false })), 'm');
  assert.equal(of(kept({ monitoring: false }), control({ folderId: 'f2' })), undefined);
});

test('names and scopes are those of the contract', () => {
  const { name, scopeType, scopeId, isMonitoringActive } = shown(kept(), undefined, presets);
  assert.deepEqual([name, scopeType, scopeId, isMonitoringActive], ['Master Control', null, null, true]);
  const sub = shown(control({ monitoring: false }), 'api', presets);
  assert.deepEqual([sub.name, sub.scopeType, sub.scopeId], ['api Control', 'folder', 'f1']);
  assert.equal(sub.isMonitoringActive, false);
  assert.equal('folderId' in sub || 'monitoring' in sub, false);
  assert.deepEqual([sub.stallThreshold, shown(kept({ stallThreshold: 60 }), '', presets).stallThreshold], [300, 60]);
});

test('the status tells what goes on, the nearest to the hand first, and of a paused one nothing', () => {
  const nothing = { bootstrapping: false, typing: false, troubled: false };
  for (const [doing, status] of [
    [{}, 'idle'],
    [{ troubled: true }, 'analyzing'],
    [{ troubled: true, typing: true }, 'acting'],
    [{ troubled: true, typing: true, bootstrapping: true }, 'pending_bootstrap'],
  ] as const) {
    assert.equal(statusOf(kept(), { ...nothing, ...doing }), status);
    assert.equal(statusOf(kept({ status: 'paused' }), { ...nothing, ...doing }), 'paused');
  }
});

test('pausing and going on are steps once, and a paused one is not to watch', () => {
  const stopped = paused(kept(), 2000)!;
  assert.deepEqual([stopped.status, stopped.updatedAt, paused(stopped, 3000)], ['paused', 2000, undefined]);
  assert.equal(resumed(kept(), 3000), undefined);
  const { status, monitoring } = resumed({ ...stopped, monitoring: false }, 3000)!;
  assert.deepEqual([status, monitoring], ['idle', true]);
  assert.throws(() => monitored(stopped, true, 1), refused('Conflict', /orchestrator\/resume/, 'ORCHESTRATOR_PAUSED'));
  assert.equal(monitored(kept(), true, 1), undefined);
  assert.equal(monitored(kept(), false, 1)?.monitoring, false);
});

test('only what is another counts as a change, and no long text gets into the log', () => {
  assert.equal(
    configured(kept({ stallThreshold: 300 }), { stallThreshold: 300, autoIntervention: undefined }, 1),
    undefined,
  );
  const { next, details } = configured(kept(), { stallThreshold: 60, customInstructions: 'secret' }, 5)!;
  assert.deepEqual([next.stallThreshold, next.customInstructions, next.updatedAt], [60, 'secret', 5]);
  assert.deepEqual(details, {
    stallThreshold: { from: null, to: 60 },
    customInstructions: { from: null, to: '6 characters' },
  });
});

test('healthy is one that watches and whose own agent is not stuck; where none is to watch none is unwell', () => {
  const home = { status: 'active', health: 'ok', exit: null } as const;
  const patient = (changes: Partial<Kept>, more: object = {}) => ({
    ...{ kept: kept(changes), stallThreshold: 300, home: undefined, toldAt: undefined },
    ...more,
  });
  const { summary, orchestrators } = health(
    [
      patient({}, { home, toldAt: 900_000 }),
      patient({}, { home: { ...home, health: 'hung' }, toldAt: 1 }),
      patient({ monitoring: false }),
      patient({ status: 'paused' }),
    ],
    961_000,
  );
  assert.deepEqual(summary, {
    ...{ totalOrchestrators: 4, activeOrchestrators: 3, healthyOrchestrators: 1, receivingHeartbeats: 1 },
    overallHealth: 33,
  });
  const [first] = orchestrators;
  assert.deepEqual([first!.health.minutesSinceActivity, first!.health.stallThresholdMinutes], [16, 5]);
  assert.equal(health([], 1).summary.overallHealth, 100);
});
