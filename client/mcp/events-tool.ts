/** `events_since`: what happened after a place in the journal. */
import * as z from 'zod';
import { defineTool, looks } from './define.js';
import { fitting } from './fitting.js';
import { happened } from './happened.js';

const DEFAULT_EVENTS = 25;

export const eventsSince = defineTool({
  name: 'events_since',
  description: 'What happened to sessions, agents and the rest after `cursor`, oldest first; without one the latest.',
  input: z.object({
    cursor: z.int().min(0).optional(),
    events: z.array(z.string().max(100)).max(50).optional().describe('Only these, such as agent/changed.'),
    limit: z.int().min(1).max(200).default(DEFAULT_EVENTS),
  }),
  output: z.object({
    events: z.array(
      z.object({ seq: z.int(), at: z.string(), event: z.string(), session: z.string().optional(), what: z.string() }),
    ),
    cursor: z.int().describe('For the next call.'),
    more: z.boolean().optional(),
    missed: z.boolean().optional(),
  }),
  hints: looks,
  async run({ cursor, events: names, limit }, { link, signal }) {
    const only = names === undefined ? {} : { names };
    const since = cursor ?? Math.max(0, (await link.call('event/list', { limit: 1, ...only }, { signal })).seq - limit);
    const list = await link.call('event/list', { since, limit, ...only }, { signal });
    const lines = list.events.map((event) => {
      const row = happened(event);
      return {
        row,
        text: `${row.seq} ${row.at.slice(11, 19)} ${row.event}${row.session ? ` ${row.session}` : ''}: ${row.what}`,
      };
    });
    const shown = fitting(lines);
    const last = shown.at(-1)?.row.seq;
    const more = shown.length < lines.length || (list.events.length === limit && last !== list.seq);
    // Nothing that fits stands before the newest place.
    const next = more ? (last ?? since) : list.seq;
    const missed = cursor !== undefined && !list.complete;
    const notes = [missed ? '[what came right after that cursor is no longer kept]' : undefined];
    const text = [
      ...notes.filter((note) => note !== undefined),
      ...(shown.length === 0 ? ['Nothing.'] : shown.map((line) => line.text)),
      `[cursor ${next}${more ? '; there is more' : ''}]`,
    ].join('\n');
    return {
      structured: {
        events: shown.map(({ row }) => row),
        cursor: next,
        ...(more && { more }),
        ...(missed && { missed }),
      },
      text,
    };
  },
});
