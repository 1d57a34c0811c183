/** Agents as they are seen by a real daemon: in real terminals, over restarts, with hooks, behind shells. */
import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Client } from '#client';
import type { Agent, AgentState, Told } from '#protocol';
import { agentSession, type Plays } from '../../support/agent/agent.js';
import { refused } from '../../support/refused.js';
import { folderFor, heard, reach, whole } from '../../support/whole.js';

/** Busy machines are slow; on one that is not, the bench shows 0.2 s and 0.5 s. */
const LATE_MS = 4000;

type Changed = Told<'agent/changed'>;

/** Resolves once a session is told to be in a state, with how long that took. */
async function becomes(
  client: Client,
  sessionId: string,
  state: AgentState,
  act: () => Promise<unknown>,
  fits: (agent: Agent) => boolean = () => true,
) {
  const isIt = ({ agent, ...it }: Changed) => it.sessionId === sessionId && agent.state === state && fits(agent);
  const told = heard(client, 'agent/changed', isIt);
  const begun = performance.now();
  await act();
  const { agent }: Changed = await told;
  return { agent, ms: performance.now() - begun };
}

/** Resolves once a session is in a state. */
async function reached(client: Client, sessionId: string, state: AgentState): Promise<Agent> {
  const told = heard(client, 'agent/changed', (it) => it.sessionId === sessionId && it.agent.state === state);
  const now = await client.call('agent/get', { sessionId });
  return now.state === state ? now : (await told).agent;
}

const plays: readonly Plays[] = ['claude', 'codex', 'gemini', 'opencode'];

// Agents take their time to start: side by side they take it once.
describe('agents seen by a real daemon', { concurrency: true }, () => {
  test('each agent is seen to start, rest, work, ask, rest again, and end, within moments', async (t) => {
    const { client } = await whole(t);
    await client.call('event/subscribe', { names: ['agent/changed'] });
    const played = plays.map(async (it) => {
      const { agent, session } = await agentSession(t, client, it);
      const { id } = session;
      const resting = await reached(client, id, 'idle');
      assert.deepEqual([resting.program, resting.evidence[0]?.source, resting.blocked], [it, 'screen', null]);
      assert.equal((await client.call('session/get', { id })).agentState, 'idle');
      const working = await becomes(client, id, 'working', () => agent.tell({ do: 'work', turn: {} }));
      assert.ok(working.ms < LATE_MS, `working after ${working.ms} ms`);
      // Told as soon as it is seen to ask, and again when the whole dialog is drawn.
      const whole = ({ blocked }: Agent) => blocked?.options.length === 3;
      const asks = () => agent.tell({ do: 'ask', kind: 'permission' });
      const asking = await becomes(client, id, 'blocked', asks, whole);
      assert.ok(asking.ms < LATE_MS, `blocked after ${asking.ms} ms`);
      const { blocked, evidence } = asking.agent;
      assert.equal(blocked?.kind, 'permission');
      assert.match(blocked?.interactionId ?? '', new RegExp(`^${id}\\.`));
      assert.deepEqual(
        [evidence[0]?.decisive, evidence[0]?.leftMs, evidence[0]?.spawnId],
        [true, null, resting.spawnId],
      );
      const over = await becomes(client, id, 'idle', () => agent.tell({ do: 'idle' }));
      assert.ok(over.ms < LATE_MS, `idle after ${over.ms} ms`);
      const { agent: gone } = await becomes(client, id, 'exited', () => agent.tell({ do: 'exit', code: 3 }));
      assert.equal(gone.exitCode, 3);
      assert.equal((await client.call('session/get', { id })).agentState, 'exited');
    });
    await Promise.all(played);
  });

  test('limits, failed logins and new lives are seen; what was is told after a restart, and why', async (t) => {
    const { daemon, client } = await whole(t);
    await client.call('event/subscribe', { names: ['agent/changed'] });
    const { agent, session } = await agentSession(t, client, 'claude');
    const { id } = session;
    const first = await reached(client, id, 'idle');
    const limited = await becomes(client, id, 'limited', () => agent.tell({ do: 'limited', until: 'in 2h' }));
    const inTwoHours = (limited.agent.limitedUntilAt ?? 0) - Date.now();
    assert.ok(Math.abs(inTwoHours - 2 * 3_600_000) < 60_000, `the limit ends in ${inTwoHours} ms`);
    await becomes(client, id, 'auth_failed', () => agent.tell({ do: 'authFailed' }));
    const { agent: starting } = await becomes(client, id, 'starting', () => agent.tell({ do: 'respawn' }));
    assert.notEqual(starting.spawnId, first.spawnId);
    const resting = await reached(client, id, 'idle');
    assert.equal(resting.spawnId, starting.spawnId);

    await daemon.restart();
    const again = await reach(t, daemon);
    const after = await again.call('agent/get', { sessionId: id });
    assert.deepEqual([after.state, after.since, after.spawnId], ['idle', resting.since, resting.spawnId]);
    const { transitions, screen } = await again.call('agent/explain', { sessionId: id, limit: 1000 });
    assert.deepEqual(transitions.map(({ state }) => state).slice(0, 4), ['idle', 'starting', 'auth_failed', 'limited']);
    assert.ok(transitions.every(({ evidence }) => evidence.length > 0));
    assert.ok(screen.some((line) => line.startsWith('❯')));
    const { agents } = await again.call('agent/list', { states: ['idle'] });
    assert.deepEqual(
      agents.map(({ sessionId }) => sessionId),
      [id],
    );
    await again.call('session/close', { id });
    await assert.rejects(again.call('agent/get', { sessionId: id }), refused('Gone', /closed/));
    const [closed] = (await again.call('session/list', { status: ['closed'] })).sessions;
    assert.equal(closed?.agentState, 'exited');
  });

  test('hooks are evidence: they are beaten by what the screen shows, and count no more once another life began', async (t) => {
    const { client } = await whole(t);
    await client.call('event/subscribe', { names: ['agent/changed'] });
    const { agent, session } = await agentSession(t, client, 'claude');
    const { id: sessionId } = session;
    await reached(client, sessionId, 'idle');
    const report = (event: 'turnStart' | 'turnEnd' | 'permission' | 'toolStart', agentSessionId = 'one') =>
      client.call('agent/report', { sessionId, agent: 'claude', event, agentSessionId });
    // Nothing on the screen shows it, so that it is over a while later: nobody tells of an Escape.
    const { agent: told } = await becomes(client, sessionId, 'working', () => report('turnStart'));
    assert.deepEqual([told.evidence[0]?.source, told.evidence[0]?.rule], ['hook', 'turnStart']);
    assert.ok((told.evidence[0]?.leftMs ?? 0) > 100_000);
    await reached(client, sessionId, 'idle');
    await becomes(client, sessionId, 'working', () => agent.tell({ do: 'spin' }));
    await report('turnEnd');
    assert.equal((await client.call('agent/explain', { sessionId })).agent.state, 'working');
    const { agent: asks } = await becomes(client, sessionId, 'blocked', () => report('permission'));
    assert.deepEqual([asks.blocked?.kind, asks.blocked?.interactionId], ['permission', null]);
    await agent.tell({ do: 'respawn' });
    await reached(client, sessionId, 'idle');
    assert.deepEqual(await report('turnStart'), { success: true, counted: false });
    const { agent: still, ignoredReports } = await client.call('agent/explain', { sessionId });
    assert.deepEqual([still.state, ignoredReports], ['idle', 1]);
  });

  test('where an agent is to be and a shell stands nothing is idle; a plain shell is, and asks for passwords', async (t) => {
    const { client } = await whole(t);
    await client.call('event/subscribe', { names: ['agent/changed'] });
    const folder = folderFor(t);
    // A program of that name, which prints a prompt box and waits.
    symlinkSync(process.execPath, join(folder, 'claude'));
    const shell = { command: ['bash', '--norc', '--noprofile'], projectPath: folder, cols: 80 };
    const { id } = await client.call('session/create', { ...shell, agentProvider: 'claude' });
    const first = await reached(client, id, 'starting');
    const box =
      'process.stdout.write("\\u2500".repeat(80)+"\\n\\u276f \\n"+"\\u2500".repeat(80)+"\\n"); setInterval(()=>{},9e9)';
    const { agent: resting } = await becomes(client, id, 'idle', () =>
      client.call('session/send', { id, text: `./claude -e '${box}'`, enter: true }),
    );
    assert.equal(resting.program, 'claude');
    assert.notEqual(resting.spawnId, first.spawnId);
    const { agent: over } = await becomes(client, id, 'done', () => client.call('session/send', { id, keys: ['C-c'] }));
    assert.deepEqual([over.program, over.evidence[0]?.source, over.spawnId], ['shell', 'process', first.spawnId]);

    const { id: plain } = await client.call('session/create', shell);
    await reached(client, plain, 'idle');
    const { agent: asking } = await becomes(client, plain, 'blocked', () =>
      client.call('session/send', { id: plain, text: "read -rsp 'Password: ' x", enter: true }),
    );
    assert.equal(asking.blocked?.kind, 'login');
    await becomes(client, plain, 'idle', () => client.call('session/send', { id: plain, text: 'secret', enter: true }));
  });
});
