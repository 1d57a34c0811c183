/** What agents give to their hooks, and how a table reads it. */
import type { Params } from '#protocol';

type Report = Params<'agent/report'>;

/** As it came: nothing in it is sure to be what it should. */
export type Payload = Readonly<Record<string, unknown>>;

export type Told = Pick<Report, 'event' | 'turnId' | 'subagent' | 'tool' | 'message' | 'untilAt'>;

/** By the agent's own name of an event: what it tells, if anything. */
export type Table = Readonly<Record<string, Report['event'] | ((payload: Payload) => Told | undefined)>>;

export function textIn(payload: Payload | undefined, name: string): string | undefined {
  const value = payload?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function partOf(payload: Payload | undefined, name: string): Payload | undefined {
  const value = payload?.[name];
  return typeof value === 'object' && value !== null ? (value as Payload) : undefined;
}

/** A turn that ended without an answer, by the word the agent has for why. */
export function failed(payload: Payload): Told {
  const error = textIn(payload, 'error') ?? textIn(payload, 'error_type') ?? '';
  const message = textIn(payload, 'error_details') ?? textIn(payload, 'last_assistant_message') ?? error;
  const untilAt = endOfLimit(message);
  if (/rate_limit|billing|overloaded|quota/.test(error))
    return { event: 'limited', message, ...(untilAt !== undefined && { untilAt }) };
  return { event: /authentication|oauth/.test(error) ? 'authFailed' : 'turnFailed', message };
}

/** `limit reached|1749924000`, in Unix seconds. */
function endOfLimit(message: string): number | undefined {
  const [, seconds] = /\|(\d{10})\b/.exec(message) ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
