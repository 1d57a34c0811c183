/** Metrics and health on the command line. */
import type { Metric, Result } from '#protocol';
import type { Output } from './output.js';
import { formatTable } from './table.js';
import { clean, cleanLines } from './text.js';

/** A series a line; the text for Prometheus as it came. */
export async function showMetrics(output: Output, { metrics, text }: Result<'daemon/metrics'>): Promise<void> {
  // Lines and tabs stay; nothing else in it could drive a terminal.
  if (text !== null) return output.data(cleanLines(text));
  const { columns } = output;
  const rows = metrics.flatMap((metric) =>
    (metric.kind === 'histogram' ? means(metric) : metric.samples).map(({ labels, value }) => [
      clean(metric.name),
      clean(
        Object.entries(labels)
          .map((pair) => pair.join('='))
          .join(', '),
      ) || '-',
      columns === undefined ? String(value) : forPeople(metric.name, value),
    ]),
  );
  output.data(await formatTable(['METRIC', 'OF', 'VALUE'], rows, [1, 0], columns === undefined ? {} : { columns }));
}

/** The buckets are for programs; people ask how long it takes. */
function means({ samples }: Metric): { labels: Record<string, string>; value: number }[] {
  const counted = samples.filter(({ suffix, value }) => suffix === '_count' && value > 0);
  return counted.map(({ labels, value }) => {
    const sum = samples.find((other) => other.suffix === '_sum' && sameLabels(other.labels, labels))!;
    return { labels: { ...labels, of: 'mean' }, value: sum.value / value };
  });
}

function sameLabels(a: Record<string, string>, b: Record<string, string>): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function forPeople(name: string, value: number): string {
  if (/bytes/.test(name)) return value < 1e6 ? `${(value / 1e3).toFixed(1)} kB` : `${(value / 1e6).toFixed(1)} MB`;
  if (/seconds/.test(name)) return value < 1 ? `${(value * 1000).toFixed(2)} ms` : `${value.toFixed(1)} s`;
  return String(value);
}

export async function showHealth(output: Output, { status, components }: Result<'daemon/health'>): Promise<void> {
  const { columns, colors } = output;
  const word = (ok: boolean) => (columns === undefined ? String(ok) : ok ? 'well' : 'not well');
  const rows = components.map(({ name, ok, detail }) => [clean(name), word(ok), clean(detail)]);
  const paint = (text: string, column: number) => {
    if (column !== 1) return text;
    return /not/.test(text) ? colors.red(text) : colors.green(text);
  };
  if (columns === undefined) return output.data(await formatTable([], rows, [], {}));
  // The whole reason, however narrow the terminal: it is what was asked for.
  output.data(await formatTable(['COMPONENT', 'IS', 'SEEN'], rows, [], { columns, paint }));
  output.note(`The daemon is ${status}.`);
}
