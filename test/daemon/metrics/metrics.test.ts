/** Metrics: what is counted, what a count costs, and the text that Prometheus reads. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allMethods, type Metric } from '#protocol';
import { createCounts } from '../../../daemon/metrics/counts.js';
import { toPrometheus } from '../../../daemon/metrics/prometheus.js';
import { parsePrometheus } from '../../support/prometheus.js';

const read = (metrics: readonly Metric[]) => parsePrometheus(toPrometheus(metrics));

test('requests are counted by method and outcome, and timed by category', () => {
  const counts = createCounts();
  counts.observe({ name: 'daemon/ping', ms: 0.05, code: undefined });
  counts.observe({ name: 'daemon/ping', ms: 0.7, code: undefined });
  counts.observe({ name: 'session/close', ms: 40_000, code: 'SESSION_NOT_FOUND' });
  counts.observe({ name: 'no/such', ms: 1, code: 'MethodNotFound' });
  const families = read(counts.read());
  assert.deepEqual(
    families.get('rdv_requests_total')!.samples,
    new Map(
      [
        ['rdv_requests_total{method="session/close",outcome="SESSION_NOT_FOUND"}', 1],
        ['rdv_requests_total{method="daemon/ping",outcome="done"}', 2],
        ['rdv_requests_total{method="other",outcome="MethodNotFound"}', 1],
      ].toSorted(([a], [b]) => order(String(a)) - order(String(b))) as [string, number][],
    ),
  );
  const { kind, samples } = families.get('rdv_request_seconds')!;
  assert.equal(kind, 'histogram');
  const at = (category: string, le: string) =>
    samples.get(`rdv_request_seconds_bucket{category="${category}",le="${le}"}`);
  assert.deepEqual(
    ['0.0001', '0.0005', '0.001', '+Inf'].map((le) => at('read', le)),
    [1, 1, 3, 3],
  );
  assert.deepEqual([at('write', '30'), at('write', '+Inf')], [0, 1]);
  assert.equal(samples.get('rdv_request_seconds_sum{category="write"}'), 40);
});

const order = (series: string) => ['daemon/ping', 'session/close', 'other'].findIndex((name) => series.includes(name));

test('refusals and logins are counted, and calls beyond a rate among the refusals', () => {
  const counts = createCounts();
  counts.refused('Overloaded');
  counts.refused('ParseError');
  counts.observe({ name: 'session/list', ms: 0.1, code: 'RateLimited' });
  counts.loggedIn('done');
  counts.loggedIn('INVALID_TOKEN');
  counts.loggedIn('done');
  counts.printed(5);
  counts.printed(7);
  const families = read(counts.read());
  const samples = (name: string) => Object.fromEntries(families.get(name)!.samples);
  assert.deepEqual(samples('rdv_refused_total'), {
    'rdv_refused_total{code="Overloaded"}': 1,
    'rdv_refused_total{code="ParseError"}': 1,
    'rdv_refused_total{code="RateLimited"}': 1,
  });
  assert.deepEqual(samples('rdv_logins_total'), {
    'rdv_logins_total{outcome="done"}': 2,
    'rdv_logins_total{outcome="INVALID_TOKEN"}': 1,
  });
  assert.deepEqual(samples('rdv_printed_bytes_total'), { rdv_printed_bytes_total: 12 });
});

test('whatever callers send, there is an end to the series', () => {
  const counts = createCounts();
  for (let i = 0; i < 5000; i++) {
    counts.observe({ name: `x/${i}`, ms: 1, code: `C${i}` });
    counts.refused(`R${i}`);
    counts.loggedIn(`L${i}`);
  }
  const samples = counts.read().flatMap((metric) => metric.samples);
  assert.ok(samples.length < 400, `${samples.length} series`);
});

test('counting a request costs less than a microsecond', (t) => {
  const counts = createCounts();
  const names = allMethods.map(([name]) => name);
  const answers = names.map((name, i) => ({ name, ms: i / 10, code: i % 9 === 0 ? 'NotFound' : undefined }));
  const rounds = 10_000;
  const time = () => {
    const at = performance.now();
    for (let i = 0; i < rounds; i++) for (const answered of answers) counts.observe(answered);
    return ((performance.now() - at) * 1e6) / (rounds * answers.length);
  };
  // The best of some: whoever else is at work must not count.
  const ns = Math.min(...Array.from({ length: 5 }, time));
  t.diagnostic(`${ns.toFixed(0)} ns a request`);
  assert.ok(ns < 1000, `${ns} ns`);
});

test('whatever stands in a label or a help, the text can be read, and says the same', () => {
  const labels = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.string({ unit: 'binary', maxLength: 8 }));
  const tricky = fc.constantFrom('\\', '"', '\n', '\\n', '}', ' 1\n# TYPE x y');
  const strange = fc.oneof(
    labels,
    tricky.map((a) => ({ a })),
  );
  fc.assert(
    fc.property(strange, fc.double(), fc.oneof(fc.string(), tricky), (labels, value, help) => {
      const samples = [{ suffix: '', labels, value }];
      const family = read([{ name: 'x_total', kind: 'counter', help, samples }]).get('x_total')!;
      const [[series, got]] = [...family.samples] as [[string, number]];
      assert.ok(Object.is(got, value) || got === value);
      for (const [name, text] of Object.entries(labels)) {
        const written = new RegExp(`[{,]${name}="((?:[^"\\\\\\n]|\\\\.)*)"`).exec(series)![1]!;
        assert.equal(
          written.replace(/\\(.)/g, (_, c) => (c === 'n' ? '\n' : c)),
          text,
        );
      }
    }),
  );
});
