/** Measuring fairly: contestants take turns in short rounds, so that what disturbs the machine disturbs all of them. */
import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { setTimeout } from 'node:timers/promises';

/** For a daemon that is measured: nobody is to be told to wait. */
export const WITHOUT_RATES = `[limits]
read_per_second = 0
write_per_second = 0
terminal_per_second = 0
`;

export interface Rounds {
  /** Rounds that count; one more is run before them to warm up. */
  readonly rounds: number;
  /** Calls of one contestant in one round. */
  readonly each: number;
  /** Rest before each call, not timed. */
  readonly restMs?: number;
  /** For calls that are whole programs: the cores may sleep, as they do in life. */
  readonly asleep?: boolean;
}

export interface Sample {
  readonly p50: number;
  readonly p99: number;
}

/** Milliseconds one call of each contestant takes. The order turns by one each round. */
export async function compete<N extends string>(
  contestants: Readonly<Record<N, () => Promise<unknown>>>,
  { rounds, each, restMs = 0, asleep = false }: Rounds,
): Promise<Record<N, Sample>> {
  const names = Object.keys(contestants) as N[];
  const times = new Map(names.map((name) => [name, [] as number[]]));
  const sleepAgain = asleep ? () => {} : keepAwake();
  for (let round = 0; round <= rounds; round++) {
    for (const at of names.keys()) {
      const name = names[(at + round) % names.length]!;
      const taken = await timeEach(contestants[name], each, restMs);
      if (round > 0) times.get(name)!.push(...taken);
    }
  }
  sleepAgain();
  return Object.fromEntries(names.map((name) => [name, sampleOf(times.get(name)!)])) as Record<N, Sample>;
}

/**
 * Keeps every core busy with work that gives way to all other. A core of a virtual machine that has gone to sleep takes
 * longer to wake than what is measured here, and whoever happens to be slower by a little would be slower by a lot.
 * The loops end by themselves if we die.
 */
function keepAwake(): () => void {
  const loops = cpus().map(() =>
    spawn('nice', ['-n', '19', 'sh', '-c', 'while kill -0 "$0"; do :; done', String(process.pid)], { stdio: 'ignore' }),
  );
  return () => {
    for (const loop of loops) loop.kill();
  };
}

async function timeEach(call: () => Promise<unknown>, each: number, restMs: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < each; i++) {
    if (restMs > 0) await setTimeout(restMs);
    const started = performance.now();
    await call();
    times.push(performance.now() - started);
  }
  return times;
}

export function sampleOf(times: readonly number[]): Sample {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}
