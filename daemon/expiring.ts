/** What is known of agents is kept as long as insights are: jobs of the clean-up that delete what is older, piece by piece. */
import type { Job } from './cleanup/cleanup.js';
import type { Configuration } from './config/configuration.js';
import { inPieces } from './db/pieces.js';

interface Rows {
  removeBefore(time: number, atMost: number): number;
}

const DAY_MS = 86_400_000;

export function expiringRows(
  { values }: Pick<Configuration, 'values'>,
  { receipts, stalls, transitions }: Readonly<Record<'receipts' | 'stalls' | 'transitions', Rows>>,
) {
  const job = (name: string, rows: Rows): Job => ({
    name,
    async run(now, signal) {
      const before = now - values.cleanup.insight_retention_days * DAY_MS;
      return { deleted: await inPieces((atMost) => rows.removeBefore(before, atMost), signal), failed: [] };
    },
  });
  return {
    receipts: job('receipts', receipts),
    stalls: job('stalls', stalls),
    transitions: job('transitions of agents', transitions),
  };
}
