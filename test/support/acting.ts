/** What an agent of a simulation does all day: acts that follow one another by chance, and what of it is a stall. */
import type { Process } from '../../daemon/stalls/tree.js';
import type { Random } from './random.js';
import type { Shown, Stalled } from './stalled.js';

export interface Acting {
  readonly id: string;
  readonly random: Random;
  /** The act, step by step; each takes the seconds it gives. */
  steps: Generator<number, void>;
  nextAt: number;
  /** So many lives it had, so many lines it said, so often its spinner turned. */
  life: number;
  lines: number;
  turns: number;
  /** This life of it was never ready for anything. */
  unborn: boolean;
  /** When it died, since clocks last began anew. */
  deaths: number[];
  /** Since when it is stuck, and after how many seconds that is a stall; undefined while it is not. */
  stuck: { readonly limit: number; since: number; told: boolean } | undefined;
}

type Act = (all: Stalled, agent: Acting) => Generator<number, void>;

export function nextAct(all: Stalled, agent: Acting): Generator<number, void> {
  all.processes.delete(agent.id);
  return chosen(agent.random)(all, agent);
}

const MINUTE = 60;
const HOUR = 3600;

const between = (random: Random, from: number, to: number) => from + random(Math.round((to - from) * 1000)) / 1000;

/** The same screen with a spinner that has turned; after `say` it says more. */
function show(all: Stalled, agent: Acting, shown: Shown): void {
  const seconds = ++agent.turns;
  const spinner = `${'✻✶✳✢·'[seconds % 5]} Thinking… (${seconds % 60}s · ↑ ${seconds % 97}.1k tokens · esc to interrupt)`;
  const lines = [`● line ${agent.lines}`, ...(shown.state === 'working' && !shown.toolOpen ? [spinner] : []), '❯ '];
  all.look(agent.id, { spawnId: `life ${agent.life}`, lines, ...shown });
}

function say(all: Stalled, agent: Acting, shown: Shown): void {
  agent.lines++;
  if (shown.state !== 'unknown') agent.unborn = false;
  show(all, agent, shown);
}

function beginLife(all: Stalled, agent: Acting): void {
  if (agent.unborn) agent.deaths.push(all.clock.ticks());
  agent.life++;
  say(all, agent, { state: 'starting' });
  agent.unborn = true;
}

/** From now on nothing comes of it. */
function stick(all: Stalled, agent: Acting, limit: number): void {
  agent.stuck = { limit, since: all.clock.ticks(), told: false };
}

const waits = (state: Shown['state'], from: number, to: number): Act =>
  function* (all, agent) {
    say(all, agent, { state });
    yield between(agent.random, from, to);
  };

/** Says something each so many seconds. */
const works = (from: number, to: number, times: number): Act =>
  function* (all, agent) {
    for (let left = 1 + agent.random(times); left > 0; left--) {
      say(all, agent, { state: 'working' });
      yield between(agent.random, from, to);
    }
  };

/** Turns its spinner for so long. */
const spins = (from: number, to: number, limit?: number): Act =>
  function* (all, agent) {
    say(all, agent, { state: 'working' });
    if (limit !== undefined) stick(all, agent, limit);
    for (let left = between(agent.random, from, to); left > 0; left -= 10) {
      yield Math.min(left, 10);
      if (left > 10) show(all, agent, { state: 'working' });
    }
  };

const silent = (shown: Shown, limit: number, to: number): Act =>
  function* (all, agent) {
    say(all, agent, shown);
    stick(all, agent, limit);
    yield between(agent.random, 30, to);
  };

/** A tool of which nothing is seen but what it costs, or what it begins. */
const toils = (tools: (ms: number) => readonly Process[]): Act =>
  function* (all, agent) {
    say(all, agent, { state: 'idle' });
    yield 1;
    say(all, agent, { state: 'working', toolOpen: true });
    const began = all.clock.ticks();
    const root = { pid: 10, parent: 1, name: 'claude', ageMs: 1e12, cpuMs: 0 };
    all.processes.set(agent.id, () => [root, ...tools(all.clock.ticks() - began)]);
    yield between(agent.random, 10 * MINUTE, HOUR);
  };

const flaps: Act = function* (all, agent) {
  for (let left = 20 + agent.random(40); left > 0; left--) {
    show(all, agent, { state: left % 2 === 0 ? 'working' : 'idle' });
    yield between(agent.random, 1, 8);
  }
};

const dies: Act = function* (all, agent) {
  for (let death = 1; death <= 4; death++) {
    beginLife(all, agent);
    yield between(agent.random, 1, 8);
    agent.deaths.push(all.clock.ticks());
    if (!agent.stuck && all.clock.ticks() - agent.deaths.at(-3)! <= 30_000) stick(all, agent, 0);
    say(all, agent, { state: 'exited', code: 1 });
    yield between(agent.random, 1, 6);
  }
  yield between(agent.random, 1, HOUR);
  agent.stuck = undefined;
  agent.life++;
  yield* waits('idle', 100, HOUR)(all, agent);
};

const hangsAtStart: Act = function* (all, agent) {
  beginLife(all, agent);
  stick(all, agent, 90);
  yield between(agent.random, 40, 10 * MINUTE);
};

/** How often, and what. */
const acts: readonly (readonly [weight: number, act: Act])[] = [
  [8, works(1, 100, 20)],
  [3, works(250, 290, 6)],
  [9, waits('idle', 5 * MINUTE, 6 * HOUR)],
  [3, waits('blocked', MINUTE, 8 * HOUR)],
  [1, waits('limited', HOUR, 5 * HOUR)],
  [1, waits('unknown', 10 * MINUTE, HOUR)],
  [4, spins(100, 590)],
  [2, spins(60, 30 * MINUTE, 600)],
  [2, silent({ state: 'working' }, 300, HOUR)],
  [2, silent({ state: 'working', toolOpen: true }, 600, HOUR)],
  [1, toils((ms) => [{ pid: 11, parent: 10, name: 'cc', ageMs: ms, cpuMs: ms / 10 }])],
  [1, toils((ms) => [{ pid: 20 + Math.floor(ms / 60_000), parent: 10, name: 'sh', ageMs: ms % 60_000, cpuMs: 0 }])],
  [1, flaps],
  [1, dies],
  [1, hangsAtStart],
];

function chosen(random: Random): Act {
  let left = random(acts.reduce((sum, [weight]) => sum + weight, 0));
  return acts.find(([weight]) => (left -= weight) < 0)![1];
}
