/** What a hook's report tells of progress. */
import type { HookEvent, HookReport } from '#protocol';

/** They tell that it is there, or that it waits: no work. */
const REST: readonly HookEvent[] = ['heartbeat', 'idle', 'limited', 'authFailed', 'permission', 'question'];

export function isWork({ event }: Pick<HookReport, 'event'>): boolean {
  return !REST.includes(event);
}
