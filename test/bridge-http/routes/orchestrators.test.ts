/** Every route of orchestrators and insights, against a real daemon: whole answers, and each failure the contract lists. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { bridged } from '../../support/bridged.js';
import { commandRows, injectionRows, noticeRows } from './notice-rows.js';
import { orchestratorRows } from './orchestrator-rows.js';
import { check } from './rows.js';

check('routes of orchestrators', orchestratorRows);
// On two daemons: a user may type so often a minute.
check('routes by which orchestrators type', injectionRows);
check('the other name of that route', commandRows);
check('routes of what orchestrators notice', noticeRows);

const event = '/api/orchestrators/agent-event';

test('what agents tell is taken from the service without a user, for the owner of the session, and tells nobody more', async (t) => {
  const { bridge } = await bridged(t);
  const token = readFileSync(bridge.paths.serviceToken, 'utf8').trim();
  const headers = { 'x-rdv-service-token': token };
  const [ann, bob] = [bridge.as('ann'), bridge.as('bob')];
  const { id: sessionId, tmuxSessionName } = (await ann('POST', '/api/sessions', { startupCommand: '' })).body;
  const tell = (fields: object) =>
    bridge.ask('POST', event, { headers, body: { event: 'error', agent: 'claude', ...fields } });
  const unknown = {
    ...{ received: true, sessionFound: false, sessionId: null, event: 'error' },
    routing: { folderOrchestrator: null, masterOrchestrator: null, escalated: false },
  };
  assert.deepEqual((await bridge.ask('GET', event, { headers })).body.status, 'ok');
  for (const named of [{ sessionId }, { tmuxSessionName }]) {
    const { status, body } = await tell(named);
    assert.deepEqual([status, body.sessionFound, body.sessionId], [200, true, sessionId]);
    assert.equal(body.routing.escalated, true);
  }
  for (const named of [{}, { sessionId: 'x' }, { sessionId, tmuxSessionName: `${tmuxSessionName}x` }])
    assert.deepEqual((await tell(named)).body, unknown);
  // Somebody else's session is as one that never was, whoever says for whom he acts.
  for (const named of [{ sessionId }, { tmuxSessionName }])
    assert.deepEqual((await bob('POST', event, { event: 'error', agent: 'claude', ...named })).body, unknown);
  const { orchestrators } = (await ann('GET', '/api/orchestrators')).body;
  const { insights } = (await ann('GET', `/api/orchestrators/${orchestrators[0].id}/insights`)).body;
  assert.deepEqual([insights.length, insights[0].context.times], [1, 2]);
  assert.equal((await bridge.ask('POST', event, { body: {} })).status, 401);
  assert.equal((await bridge.ask('GET', '/api/orchestrators', { headers })).body.code, 'MISSING_USER_ID');
});

test('so many orchestrators are made a minute, and the refusal says when to come again', async (t) => {
  const { bridge } = await bridged(t);
  const ann = bridge.as('ann');
  const wanted = { type: 'sub_orchestrator' };
  for (let i = 0; i < 10; i++) assert.equal((await ann('POST', '/api/orchestrators', wanted)).status, 400);
  const { status, headers, body } = await ann('POST', '/api/orchestrators', wanted);
  assert.deepEqual([status, body.code], [429, 'RATE_LIMITED']);
  assert.deepEqual([headers['x-ratelimit-limit'], headers['x-ratelimit-remaining']], ['10', '0']);
  assert.ok(Number(headers['retry-after']) <= 6 && Number(headers['x-ratelimit-reset']) > Date.now() - 1000);
  assert.equal((await bridge.as('bob')('POST', '/api/orchestrators', wanted)).status, 400);
});
