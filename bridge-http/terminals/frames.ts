/** What a page may send: control as JSON, and what is typed. Pure. */
import * as z from 'zod';

const place = z.object({ epoch: z.string().max(64), offset: z.int().min(0) });

const Control = z.discriminatedUnion('type', [
  z.object({ type: z.literal('input'), data: z.string() }),
  z.object({ type: z.literal('resize'), cols: z.number(), rows: z.number() }),
  z.object({ type: z.literal('focus') }),
  z.object({ type: z.literal('detach') }),
  z.object({ type: z.literal('ping') }),
  z.object({ type: z.literal('ack'), offset: z.int().min(0) }),
]);
export type Control = z.infer<typeof Control>;

const Hello = z.object({
  type: z.literal('hello'),
  cols: z.number().optional(),
  rows: z.number().optional(),
  flow: z.boolean().default(true),
  mode: z.enum(['rw', 'ro']).default('rw'),
  resume: place.nullish(),
});
export type Hello = z.infer<typeof Hello>;

export interface Frame {
  readonly data: Buffer;
  readonly binary: boolean;
}

/** Undefined for what is no hello. */
export function helloOf({ data, binary }: Frame): Hello | undefined {
  return binary ? undefined : Hello.safeParse(jsonOf(data.toString())).data;
}

/**
 * `typed` for what is no control and was meant for the program. A frame that looks like control and is none is undefined:
 * whatever it was meant to be, it was not meant to be typed.
 */
export function controlOf(text: string): Control | 'typed' | undefined {
  // A digit or a word in quotes is JSON too, and is what somebody types.
  if (!/^\s*\{/.test(text)) return 'typed';
  const json = jsonOf(text);
  return json === undefined ? 'typed' : Control.safeParse(json).data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON: for the caller to judge.
    return undefined;
  }
}
