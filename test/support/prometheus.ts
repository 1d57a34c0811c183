/** A strict reader of the Prometheus text format 0.0.4: what it does not understand it throws. */
import assert from 'node:assert/strict';

export interface Exposed {
  readonly kind: string;
  readonly help: string;
  /** `name{label="value"}` as it stands, without escapes undone; and the value. */
  readonly samples: ReadonlyMap<string, number>;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"';
const SAMPLE = new RegExp(`^(${NAME})(\\{${LABEL}(?:,${LABEL})*\\})? (NaN|[+-]Inf|-?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?)$`);
const HELP = new RegExp(`^# HELP (${NAME}) ((?:[^\\\\]|\\\\[\\\\n])*)$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`);

/** Each family once, its help and type before its samples, each series once, every line ended. */
export function parsePrometheus(text: string): Map<string, Exposed> {
  assert.ok(text.endsWith('\n'), 'the last line does not end');
  const families = new Map<string, { kind: string; help: string; samples: Map<string, number> }>();
  let family = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const [, helped, help] = HELP.exec(line) ?? [];
    const [, typed, kind] = TYPE.exec(line) ?? [];
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
    if (helped) {
      assert.ok(!families.has(helped), `${helped} comes twice`);
      families.set((family = helped), { kind: '', help: help!, samples: new Map() });
    } else if (typed) {
      assert.equal(typed, family);
      families.get(family)!.kind = kind!;
    } else {
      assert.ok(name, `cannot be read: ${line}`);
      const at = families.get(family)!;
      assert.ok(
        name === family || (at.kind === 'histogram' && /_(bucket|sum|count)$/.test(name)),
        `${name} in ${family}`,
      );
      assert.ok(!at.samples.has(name + labels), `${name}${labels} comes twice`);
      at.samples.set(name + labels, Number(value!.replace('Inf', 'Infinity')));
    }
  }
  for (const [name, { kind, samples }] of families) if (kind === 'histogram') checkHistogram(name, samples);
  return families;
}

/** Buckets grow, and the last one holds everything. */
function checkHistogram(name: string, samples: ReadonlyMap<string, number>): void {
  const series = new Map<string, number[]>();
  for (const [key, value] of samples) {
    if (!key.startsWith(`${name}_bucket`)) continue;
    const rest = key.replace(/,?le="[^"]*"/, '').replace('_bucket', '_count');
    series.set(rest, [...(series.get(rest) ?? []), value]);
  }
  for (const [count, values] of series) {
    assert.deepEqual(
      values,
      values.toSorted((a, b) => a - b),
    );
    assert.equal(values.at(-1), samples.get(count), count);
  }
}
