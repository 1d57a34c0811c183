/** What a staged agent shows is true of real programs too: whatever they do, no success that was none, nothing twice, nothing into a dialog. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Client } from '#client';
import { agentSession, type DialogKind, type Plays, type Quirks } from '../../support/agent/agent.js';
import { becomes } from '../../support/agent/becomes.js';
import type { Daemon } from '../../support/daemon.js';
import { type Random, randomFrom } from '../../support/random.js';
import { askTmux, whole } from '../../support/whole.js';

const RUNS = Number(process.env.RDV_FUZZ_REAL_INJECTIONS ?? 8);
const SEED = Number(process.env.RDV_SOAK_SEED ?? 20_261_128);
/** Runs at once, each in a session of its own. */
const AT_ONCE = 8;

const programs: readonly Plays[] = ['claude', 'gemini', 'codex'];
const kinds: readonly DialogKind[] = ['permission', 'question'];

/** One thing that goes wrong, or nothing. A dialog comes well before Enter: between a look and a key nobody could tell. */
const troubles: readonly ((upTo: Random) => Quirks)[] = [
  () => ({}),
  (upTo) => ({ dropEnters: 1 + upTo(4) }),
  (upTo) => ({ echoLateMs: 100 + upTo(600) }),
  () => ({ echoLateMs: 20_000 }),
  (upTo) => ({ dialogAfterPaste: { kind: kinds[upTo(2)]!, ms: upTo(50) } }),
  (upTo) => ({ dialogForTurn: kinds[upTo(2)]! }),
  (upTo) => ({ respawnAfterPaste: upTo(400) }),
  () => ({ swallowPastes: 1 }),
];

interface Ground {
  readonly t: TestContext;
  readonly daemon: Daemon;
  readonly client: Client;
}

async function run(at: number, { t, daemon, client }: Ground): Promise<string> {
  const random = randomFrom(SEED + at);
  const quirks = troubles[at % troubles.length]!(random);
  const plays = programs[random(programs.length)]!;
  const copyMode = random(3) === 0;
  const { agent, session } = await agentSession(t, client, plays, { quirks });
  await becomes(client, session.id, 'idle');
  if (copyMode) askTmux(daemon, 'copy-mode', '-t', `=rdv-${session.id}:`);
  const text = `prompt ${at}${'\nline'.repeat(random(5))}`;
  const receipt = await client.call('agent/send', { sessionId: session.id, text });
  const { state, enters, code } = receipt;
  const taken = () => agent.submitted.map((each) => each.trimEnd());
  const pastes = agent.reports.flatMap((it) =>
    it.told === 'pasted' ? [Buffer.from(it.data, 'base64').toString()] : [],
  );
  const into = agent.reports.filter(({ told }) => told === 'intoDialog');
  await client.call('session/close', { id: session.id });
  const story = JSON.stringify({ at, plays, quirks, copyMode, receipt, reports: agent.reports }, null, 1);
  assert.deepEqual(into, [], story);
  assert.ok(pastes.length <= 1 && pastes.every((each) => each === text), story);
  assert.ok(taken().length <= 1 && taken().every((each) => each === text), story);
  assert.ok(enters <= 3, story);
  if (['submitted', 'turnStarted', 'completed'].includes(state)) assert.deepEqual(taken(), [text], story);
  if (state === 'refused') assert.equal(agent.read.length, 0, story);
  return code ?? state;
}

test(`of ${RUNS} runs of real programs none claims what was not, types twice, or into a dialog`, async (t) => {
  const { daemon, client } = await whole(t);
  await client.call('event/subscribe', { names: ['agent/changed'] });
  const outcomes = new Map<string, number>();
  let next = 0;
  const worker = async () => {
    while (next < RUNS) {
      const outcome = await run(next++, { t, daemon, client });
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  t.diagnostic(JSON.stringify(Object.fromEntries(outcomes)));
  for (const outcome of ['submitted', 'NO_ECHO', 'AGENT_BLOCKED'])
    assert.ok(outcomes.get(outcome), `${outcome} never came about`);
});
