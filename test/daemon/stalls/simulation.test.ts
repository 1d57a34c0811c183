/** A hundred agents for a day, by a clock that is told to go: no stall that is none, and each that is one, once, in time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Acting, nextAct } from '../../support/acting.js';
import { randomFrom } from '../../support/random.js';
import { openStalled } from '../../support/stalled.js';

/** `STALL_AGENTS`, `STALL_HOURS` and `STALL_SEED` make it another or a longer one. */
const AGENTS = Number(process.env.STALL_AGENTS ?? 100);
const HOURS = Number(process.env.STALL_HOURS ?? 24);
const SEED = Number(process.env.STALL_SEED ?? 7);

const LATE_S = 5;

test(`${AGENTS} agents, ${HOURS} hours: every stall is told once and in time, and nothing else is`, async (t) => {
  const all = openStalled();
  t.after(all.close);
  const { clock } = all;
  const random = randomFrom(SEED);
  const agents = new Map<string, Acting>();
  const wrong: string[] = [];
  const counts = { begun: 0, over: 0, stuck: 0 };

  all.stalls.onEpisode(({ kind, stall }) => {
    const agent = agents.get(stall.sessionId)!;
    const { stuck } = agent;
    const said = `${stall.cause} of ${agent.id} at ${Math.round(clock.ticks() / 1000)}`;
    if (kind === 'over') counts.over++;
    if (kind !== 'begun') return;
    counts.begun++;
    const seconds = stuck && (clock.ticks() - stuck.since) / 1000;
    if (!stuck || seconds === undefined) wrong.push(`${said}: it is not stuck`);
    else if (stuck.told) wrong.push(`${said}: told twice`);
    else if (seconds < stuck.limit || seconds > stuck.limit + LATE_S)
      wrong.push(`${said}: after ${seconds} s of ${stuck.limit}`);
    if (stuck) stuck.told = true;
  });

  for (let at = 0; at < AGENTS; at++) {
    const agent: Acting = {
      ...{ id: all.made(), random: randomFrom(SEED * 1000 + at), nextAt: clock.ticks() + random(600_000) },
      ...{ life: 0, lines: 0, turns: 0, unborn: false, deaths: [], stuck: undefined, steps: (function* () {})() },
    };
    agents.set(agent.id, agent);
  }

  const end = clock.ticks() + HOURS * 3_600_000;
  let upsetAt = clock.ticks() + 2 * 3_600_000;
  while (clock.ticks() < end) {
    const next = [...agents.values()].reduce((one, other) => (other.nextAt < one.nextAt ? other : one));
    await all.pass(Math.max(0, Math.min(next.nextAt, end) - clock.ticks()) / 1000);
    advance(next);
    if (clock.ticks() >= upsetAt) {
      upset();
      upsetAt = clock.ticks() + (1 + random(4)) * 3_600_000;
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(counts.begun > AGENTS * HOURS * 0.1, `${counts.begun} stalls`);
  assert.equal(counts.begun - counts.over, all.stalls.list('ann').length);
  t.diagnostic(JSON.stringify({ ...counts, ...all.counts, ...clock.counts }));

  function advance(agent: Acting): void {
    let step = agent.steps.next();
    for (; step.done; step = agent.steps.next()) {
      leave(agent);
      agent.steps = nextAct(all, agent);
    }
    agent.nextAt = Math.round(clock.ticks() + step.value * 1000);
  }

  /** Whatever it was stuck in for long enough was told. */
  function leave(agent: Acting): void {
    const { id, stuck } = agent;
    agent.stuck = undefined;
    if (!stuck) return;
    counts.stuck++;
    const seconds = (clock.ticks() - stuck.since) / 1000;
    if (!stuck.told && seconds > stuck.limit + LATE_S)
      wrong.push(`${id}, stuck for ${seconds} of ${stuck.limit} s, was not told`);
  }

  /** The computer sleeps, the daemon stands still, or somebody sets the clock: all begin anew when that is noticed. */
  function upset(): void {
    const seconds = 40 + random(7200);
    const kind = random(3);
    if (kind === 0) clock.sleep(seconds);
    else if (kind === 1) clock.sleep(-seconds);
    else clock.stop(seconds);
    // Whatever is looked at first notices it.
    const someone = agents.values().next().value!;
    all.look(someone.id, { state: 'idle', lines: [`awake again ${clock.ticks()}`] });
    someone.steps = (function* () {})();
    someone.stuck = undefined;
    someone.unborn = false;
    for (const agent of agents.values()) {
      agent.nextAt = Math.max(agent.nextAt, clock.ticks());
      // What died before counts no more.
      agent.deaths = [];
      if (agent.stuck?.limit === 0) agent.stuck = undefined;
      if (agent.stuck) Object.assign(agent.stuck, { since: clock.ticks(), told: false });
    }
  }
});
