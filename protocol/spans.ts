/** How long something lasts, in words: short for lists, whole for sentences. Pure. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** In the largest unit that fits: `0s`, `59s`, `3m`. */
export function lasting(ms: number, rounded: (n: number) => number = Math.floor): string {
  const seconds = Math.max(0, rounded(ms / SECOND));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${rounded(seconds / 60)}m`;
  return seconds < 86_400 ? `${rounded(seconds / 3600)}h` : `${rounded(seconds / 86_400)}d`;
}

/** `30 seconds`, `a minute`, `12 minutes`, `90 minutes`, `2 hours`, `3 days`: what is over of it is left out. */
export function spelled(ms: number): string {
  if (ms < MINUTE) return counted(Math.round(ms / SECOND), 'second');
  if (ms < 2 * HOUR) return counted(Math.floor(ms / MINUTE), 'minute');
  return ms < 2 * DAY ? counted(Math.floor(ms / HOUR), 'hour') : counted(Math.floor(ms / DAY), 'day');
}

/** As a pattern finds it. */
export const SPELLED = String.raw`(?:a|\d+) (?:second|minute|hour|day)s?`;

const counted = (n: number, unit: string) => (n === 1 ? `a ${unit}` : `${n} ${unit}s`);
