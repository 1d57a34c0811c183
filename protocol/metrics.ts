/** Metrics: what the daemon counts and measures about itself. */
import * as z from 'zod';
import { method } from './define.js';

export const Metric = z.object({
  name: z.string().describe('`rdv_...`, with its unit where it has one.'),
  kind: z.enum(['counter', 'gauge', 'histogram']),
  help: z.string(),
  samples: z.array(
    z.object({
      suffix: z.string().describe('`_bucket`, `_sum` or `_count` of a histogram; empty otherwise.'),
      labels: z.record(z.string(), z.string()),
      value: z.number(),
    }),
  ),
});
export type Metric = z.infer<typeof Metric>;

export const metricsMethods = {
  'daemon/metrics': method({
    summary: 'Tells what was counted and measured since the start; also as text for Prometheus.',
    effect: 'read',
    scope: 'admin',
    params: z.object({
      format: z.enum(['json', 'prometheus']).default('json').describe('What `text` is in, if anything.'),
    }),
    result: z.object({
      at: z.int().describe('Unix ms.'),
      metrics: z.array(Metric),
      text: z.string().nullable().describe('The same in the Prometheus text format, when that was asked for.'),
    }),
    doors: ['cli'],
    example: 'rdv daemon metrics --format prometheus',
  }),
};
