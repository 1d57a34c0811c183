/** One session under watch: its screen, the lives of its program, all that speaks for a state, and the last look. */
import { type HookReport, RpcError, type Session } from '#protocol';
import type { Places } from '../sessions/places.js';
import type { Look } from './agents.js';
import { dropped, ended, type Gathered, looked, reported } from './gather.js';
import { meaningOf } from './hooks.js';
import { createLives, type Life, type LivesDeps } from './lives.js';
import { createNews, type NewsDeps } from './news.js';
import type { Reading } from './reading.js';
import { judge, type Verdict } from './verdict.js';
import type { Seen, View } from './view.js';
import { createWatch, QUIET_MS } from './watch.js';

export interface SubjectDeps extends LivesDeps {
  /** Undefined once it is forgotten. */
  session(): Session | undefined;
  readonly places: Pick<Places, 'get'>;
  readonly view: (pane: number) => View;
  /** Asks for the first process of a pane, where nobody knows it yet. */
  learnPid(pane: number): Promise<void>;
  /** Writes down and tells a change; resolves with whether it is written. */
  readonly keep: NewsDeps['write'];
  /** When a state that was written down before this daemon began did so. */
  since(sessionId: string, state: Session['agentState']): number | undefined;
  looked(look: Look): void;
  readonly now: () => number;
  log(line: { level: 'error'; message: string; [key: string]: unknown }): void;
}

export interface Subject {
  readonly last: Look | undefined;
  printed(): void;
  look(): Promise<Look>;
  /** Looks when it can be, for nobody in particular. */
  soon(): void;
  report(report: HookReport): boolean;
  close(): void;
}

/** Output this fresh is under way. */
const FLOWING_MS = 50;
/** What could not be written is tried again after so long. */
const AGAIN_MS = 5000;

export function createSubject(deps: SubjectDeps, id: string): Subject {
  const { now } = deps;
  const lives = createLives(deps);
  const news = createNews({ state: () => deps.session()?.agentState ?? 'unknown', write: deps.keep });
  let last: Look | undefined;
  let version: string | undefined;
  let view: { readonly pane: number; readonly of: View } | undefined;
  let open = true;

  const failed = (error: unknown) => {
    // Its window went, or the backend is not reached: what follows from that is told by others.
    if (error instanceof RpcError) return;
    const { stack } = error as Error;
    deps.log({ level: 'error', message: 'an agent could not be looked at', session: id, stack });
  };

  const viewOf = (pane: number): View => {
    if (view?.pane === pane) return view.of;
    view?.of.rest();
    view = { pane, of: deps.view(pane) };
    return view.of;
  };

  const lookOnce = async () => {
    const session = deps.session();
    if (!session) throw new RpcError('Gone', `Session ${id} is gone.`);
    const { pane } = deps.places.get(id);
    await deps.learnPid(pane);
    const life = lives.current(session, pane, now());
    const seen = await viewOf(pane).see(session, watch.quietMs < FLOWING_MS);
    const at = now();
    const reading = life.read(seen.grid, { ...seen.told, version }, at);
    version = reading.version;
    gather(life, { session: deps.session() ?? session, reading, settled: watch.quietMs >= QUIET_MS, at });
    const judged = judge(life.gathered, life.verdict, at);
    // A daemon that begins finds states that began before it.
    const since = last ? undefined : deps.since(id, judged.state);
    life.verdict = since === undefined ? judged : { ...judged, since };
    last = lookOf(id, life, seen, reading, at);
    const kept = await news.keep(last);
    if (!open) return;
    deps.looked(last);
    watch.due(life.verdict.deadlineAt);
    if (!kept) watch.due(now() + AGAIN_MS);
  };

  const working = () => last?.verdict.state === 'working';
  const watch = createWatch({ look: lookOnce, working, failed, now });

  return {
    get last() {
      return last;
    },
    printed: watch.printed,
    async look() {
      await watch.look();
      return last!;
    },
    soon: () => void watch.look().catch(failed),
    report(report) {
      const session = deps.session();
      if (!session) return false;
      const living = () => lives.current(session, deps.places.get(id).pane, now());
      living();
      const current = lives.hooked(report);
      // The report may be the first to tell which agent it is.
      const life = living();
      const counted = hear(life, report, current && isOf(report, life), now());
      void watch.look().catch(failed);
      return counted;
    },
    close() {
      open = false;
      watch.close();
      view?.of.rest();
    },
  };
}

/** An agent that is not in front says nothing of who is. */
const isOf = ({ subagent, agent }: HookReport, { provider }: Life) => subagent || agent === provider;

/** A hook may tell of a start before that was seen. */
const EARLY_MS = 5000;

/** Takes a report in; false when it counts for nothing. `current`: it is not about an earlier conversation. */
function hear(life: Life, report: HookReport, current: boolean, now: number): boolean {
  const { gathered, manifest, startedAt } = life;
  const at = Math.min(report.happenedAt ?? now, now);
  life.gathered =
    current && at >= startedAt - EARLY_MS
      ? reported(gathered, meaningOf(report, manifest(), gathered.hook?.says), at)
      : dropped(gathered);
  return life.gathered.dropped === gathered.dropped;
}

interface Found {
  readonly session: Session;
  readonly reading: Reading;
  readonly settled: boolean;
  readonly at: number;
}

function gather(life: Life, { session: { exit }, reading, settled, at }: Found): void {
  const { gathered, claims } = life;
  life.gathered = exit ? endedBy(gathered, exit, at) : looked(gathered, [...claims, ...reading.claims], settled, at);
}

function endedBy(gathered: Gathered, { code }: NonNullable<Session['exit']>, at: number): Gathered {
  if (gathered.exit) return gathered;
  return ended(gathered, { source: 'exit', says: 'exited', rule: 'program-ended', span: null, code }, at);
}

function lookOf(sessionId: string, life: Life, { grid }: Seen, { composer, dialog }: Reading, at: number): Look {
  const { gathered, provider } = life;
  const verdict = life.verdict as Verdict;
  const { spawnId, toolOpen, dropped } = gathered;
  const asked = verdict.blocked ? dialog : undefined;
  return { ...{ sessionId, spawnId, at, provider, grid, verdict, composer, toolOpen, dropped }, dialog: asked };
}
