/** Metrics of one value a series. Pure. */
import type { Metric } from '#protocol';

export type Series = readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];

export function counter(name: string, help: string, series: Series): Metric {
  return { name, kind: 'counter', help, samples: samplesOf(series) };
}

export function gauge(name: string, help: string, series: Series): Metric {
  return { name, kind: 'gauge', help, samples: samplesOf(series) };
}

function samplesOf(series: Series): Metric['samples'] {
  return series.map(([labels, value]) => ({ suffix: '', labels: { ...labels }, value }));
}
