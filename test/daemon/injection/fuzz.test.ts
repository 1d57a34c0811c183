/** Whatever an agent does with keys and dialogs: no success that was none, nothing typed twice, nothing typed into a dialog. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openInjecting, openShared, type Shared } from '../../support/agent/injecting.js';
import type { DialogKind, Quirks } from '../../support/agent/talk.js';
import { type Random, randomFrom } from '../../support/random.js';

const RUNS = Number(process.env.RDV_FUZZ_INJECTIONS ?? 500);
const SEED = Number(process.env.RDV_SOAK_SEED ?? 20_261_128);
/** Runs at once, each with an agent of its own. */
const AT_ONCE = 40;
/** A fortieth of what they are, but for what takes its time on a busy machine. */
const times = { echoMs: 80, confirmMs: 200, againMs: 40, pauses: 0.05, sweepMs: 100 };

const kinds: readonly DialogKind[] = ['permission', 'question', 'trust', 'plan'];

/** What goes wrong in one run; often more than one thing. */
function trouble(upTo: Random) {
  const chance = (of: number) => upTo(100) < of * 100;
  const kind = kinds[upTo(kinds.length)]!;
  const quirks: Quirks = {
    turn: chance(0.7) ? { ms: upTo(60) } : {},
    ...(chance(0.3) && { dropEnters: 1 + upTo(4) }),
    ...(chance(0.3) && { echoLateMs: upTo(120) }),
    ...(chance(0.3) && { dialogAfterPaste: { kind, ms: upTo(150) } }),
    ...(chance(0.1) && { dialogForTurn: kind }),
    ...(chance(0.15) && { respawnAfterPaste: upTo(150) }),
    ...(chance(0.1) && { swallowPastes: 1 }),
    ...(chance(0.1) && { neverBusy: true }),
    ...(chance(0.2) && { busyLateMs: upTo(250) }),
    ...(chance(0.1) && { enterTooSoonMs: upTo(40) }),
  };
  return { quirks, copyMode: chance(0.3), texts: 1 + upTo(3), queued: chance(0.3), lines: 1 + upTo(6) };
}

async function run(at: number, shared: Shared): Promise<string> {
  const random = randomFrom(SEED + at);
  const { quirks, copyMode, texts, queued, lines } = trouble(random);
  const it = openInjecting(undefined, { quirks, times, shared });
  const { staged } = it;
  try {
    await staged.agents.look('');
    if (copyMode) staged.tell({ do: 'copyMode' });
    const sent = Array.from({ length: texts }, (_, n) => `prompt ${n} of ${at}${'\nline'.repeat(n === 0 ? lines : 0)}`);
    const mode = queued ? 'whenIdle' : 'now';
    const receipts = await Promise.all(sent.map((text) => it.send(text, { mode, ttlMs: 1000 })));
    if (queued) await new Promise((resolve) => setTimeout(resolve, 400));
    const last = receipts.map(({ id }) => it.deps.store.get('ann', id).receipt);
    const story = JSON.stringify({ at, quirks, copyMode, mode, last, reports: staged.reports }, null, 1);

    assert.deepEqual(staged.intoDialogs, [], story);
    const submitted = staged.submitted.map((text) => text.trimEnd());
    assert.equal(new Set(submitted).size, submitted.length, `a prompt was taken twice: ${story}`);
    assert.ok(
      submitted.every((text) => sent.includes(text)),
      `something else was sent off: ${story}`,
    );
    assert.equal(new Set(staged.pasted).size, staged.pasted.length, `a text was typed twice: ${story}`);
    last.forEach(({ state, enters }, n) => {
      const taken = submitted.includes(sent[n]!);
      if (['submitted', 'turnStarted', 'completed'].includes(state)) assert.ok(taken, `no success: ${story}`);
      if (['refused', 'expired', 'queued'].includes(state) && enters === 0 && last[n]!.spawnId === null)
        assert.ok(!staged.pasted.includes(sent[n]!), `refused and yet typed: ${story}`);
      assert.ok(enters <= 3, story);
    });
    return last[0]!.code ?? last[0]!.state;
  } finally {
    await it.close();
  }
}

test(`of ${RUNS} runs none claims what was not, types twice, or into a dialog`, async (t) => {
  const outcomes = new Map<string, number>();
  const shared = openShared();
  t.after(() => shared.db.close());
  let next = 0;
  const worker = async () => {
    while (next < RUNS) {
      const outcome = await run(next++, shared);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  t.diagnostic(JSON.stringify(Object.fromEntries(outcomes)));
  // All that is meant to happen does.
  for (const outcome of ['turnStarted', 'NO_ECHO', 'AGENT_BLOCKED', 'SPAWN_CHANGED', 'NOT_TAKEN', 'NOT_CONFIRMED'])
    assert.ok(outcomes.get(outcome), `${outcome} never came about`);
});
