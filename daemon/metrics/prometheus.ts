/** Metrics in the text format of Prometheus, version 0.0.4. Pure. */
import type { Metric } from '#protocol';

/** A metric after the other, each with its help and kind; ends with a line end. */
export function toPrometheus(metrics: readonly Metric[]): string {
  return metrics.map(textOf).join('');
}

function textOf({ name, kind, help, samples }: Metric): string {
  const lines = samples.map(({ suffix, labels, value }) => `${name}${suffix}${labelsOf(labels)} ${numberOf(value)}\n`);
  return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${kind}\n${lines.join('')}`;
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`);
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
}

const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

function numberOf(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
