/** What is counted as it happens: answers, refusals, logins, bytes. A request costs a look-up and three additions. */
import { type Category, categories, categoryOf, type Metric, methods } from '#protocol';
import type { Answered } from '../rpc/serve.js';
import { counter } from './metric.js';

export interface Counts {
  readonly observe: (answered: Answered) => void;
  /** Something was refused before it was looked at as a request. */
  readonly refused: (code: string) => void;
  readonly loggedIn: (outcome: string) => void;
  /** Programs printed so many bytes. */
  readonly printed: (bytes: number) => void;
  read(): Metric[];
}

/** Upper ends of the buckets, seconds; one more takes what is longer. */
const BOUNDS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30];
const BOUNDS_MS = BOUNDS.map((seconds) => seconds * 1000);

/** Different codes remembered; what comes from elsewhere must not make series without end. */
const CODES = 60;
const OTHER = 'other';

class Latencies {
  readonly buckets = new Array<number>(BOUNDS.length + 1).fill(0);
  count = 0;
  sumMs = 0;

  add(ms: number): void {
    let at = 0;
    while (at < BOUNDS_MS.length && ms > BOUNDS_MS[at]!) at++;
    this.buckets[at]!++;
    this.count++;
    this.sumMs += ms;
  }
}

interface Seen {
  done: number;
  readonly failed: Map<string, number>;
  readonly latencies: Latencies;
}

export function createCounts(): Counts {
  const byCategory = new Map<Category, Latencies>(categories.map((category) => [category, new Latencies()]));
  const byMethod = new Map<string, Seen>();
  for (const [name, method] of [...Object.entries(methods), [OTHER, { effect: 'read' }] as const])
    byMethod.set(name, { done: 0, failed: new Map(), latencies: byCategory.get(categoryOf(method))! });
  const other = byMethod.get(OTHER)!;
  const [refusals, logins] = [new Map<string, number>(), new Map<string, number>()];
  let printed = 0;

  return {
    observe({ name, ms, code }) {
      const seen = byMethod.get(name) ?? other;
      if (code === undefined) seen.done++;
      else count(seen.failed, code);
      seen.latencies.add(ms);
    },
    refused: (code) => count(refusals, code),
    loggedIn: (outcome) => count(logins, outcome),
    printed(bytes) {
      printed += bytes;
    },
    read: () => [
      counter('rdv_requests_total', 'Requests that were answered, by method and how they ended.', answers(byMethod)),
      histogram(byCategory),
      counter(
        'rdv_refused_total',
        'What was refused before it was served: calls beyond a rate or a limit, and what was no request.',
        [...withLimited(refusals, byMethod)].map(([code, value]) => [{ code }, value]),
      ),
      counter(
        'rdv_logins_total',
        'Logins, by how they ended.',
        [...logins].map(([outcome, value]) => [{ outcome }, value]),
      ),
      counter('rdv_printed_bytes_total', 'Bytes that programs printed into their terminals.', [[{}, printed]]),
    ],
  };
}

function count(map: Map<string, number>, code: string): void {
  const known = map.get(code);
  if (known !== undefined) map.set(code, known + 1);
  else if (map.size < CODES) map.set(code, 1);
  else map.set(OTHER, (map.get(OTHER) ?? 0) + 1);
}

function answers(byMethod: ReadonlyMap<string, Seen>): [Record<string, string>, number][] {
  return [...byMethod].flatMap(([method, { done, failed }]) =>
    [...(done > 0 ? [['done', done] as const] : []), ...failed].map(
      ([outcome, value]): [Record<string, string>, number] => [{ method, outcome }, value],
    ),
  );
}

/** Calls beyond a rate were answered as requests. */
function withLimited(refusals: ReadonlyMap<string, number>, byMethod: ReadonlyMap<string, Seen>) {
  const all = new Map(refusals);
  for (const code of ['RateLimited', 'Overloaded']) {
    let sum = all.get(code) ?? 0;
    for (const { failed } of byMethod.values()) sum += failed.get(code) ?? 0;
    all.set(code, sum);
  }
  return all;
}

function histogram(byCategory: ReadonlyMap<Category, Latencies>): Metric {
  const samples = [...byCategory].flatMap(([category, { buckets, count, sumMs }]) => {
    let below = 0;
    const ends = [...BOUNDS.map(String), '+Inf'];
    return [
      ...ends.map((le, i) => ({ suffix: '_bucket', labels: { category, le }, value: (below += buckets[i]!) })),
      { suffix: '_sum', labels: { category }, value: sumMs / 1000 },
      { suffix: '_count', labels: { category }, value: count },
    ];
  });
  const help = 'How long requests took, by the category of their rates.';
  return { name: 'rdv_request_seconds', kind: 'histogram', help, samples };
}
