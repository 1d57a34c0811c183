/** Reads off a screen when a limit ends: `resets 3pm (Europe/Berlin)`, `try again in 2h 13m`, `resets Oct 9 at 5pm`. Pure. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A limit that ends later than this was misread. */
const LONGEST = 35 * DAY;

/** Unix ms; undefined where nothing tells. The computer's own zone counts where none is named. */
export function limitEnd(text: string, now: number): number | undefined {
  const flat = text.replace(/\s+/g, ' ');
  const end = relative(flat, now) ?? absolute(flat, now);
  return end !== undefined && end > now && end - now <= LONGEST ? end : undefined;
}

const SPAN = String.raw`(\d+) ?(d|h|m|s)(?:ays?|ours?|rs?|in(?:ute)?s?|ec(?:ond)?s?)?\b`;
const RELATIVE = new RegExp(String.raw`\b(?:in|after) ((?:${SPAN}(?:,? (?:and )?)?)+)`, 'i');

function relative(text: string, now: number): number | undefined {
  const match = RELATIVE.exec(text);
  if (!match) return undefined;
  let total = 0;
  for (const [, count, unit] of match[1]!.matchAll(new RegExp(SPAN, 'gi'))) {
    total += Number(count) * { d: DAY, h: HOUR, m: MINUTE, s: 1000 }[unit!.toLowerCase() as 'd']!;
  }
  return now + total;
}

const MONTHS = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec';
const CLOCK = String.raw`(\d{1,2})(?::(\d{2}))? ?(am|pm)?`;
const ABSOLUTE = new RegExp(
  String.raw`(?:resets?|reset|again|available|retry|until|return)(?: on| at| after)* (?:(${MONTHS})[a-z]* (\d{1,2})(?:st|nd|rd|th)?(?:, (\d{4}))?,? ?(?:at )?)?${CLOCK}\b(?: ?\(([A-Za-z_]+(?:\/[A-Za-z_+-]+)*)\))?`,
  'i',
);

function absolute(text: string, now: number): number | undefined {
  const match = ABSOLUTE.exec(text);
  if (!match) return undefined;
  const [, month, day, year, hour, minute = '0', half, zone] = match;
  if (month === undefined && half === undefined && match[5] === undefined) return undefined;
  const hours = (Number(hour) % (half ? 12 : 24)) + (half?.toLowerCase() === 'pm' ? 12 : 0);
  const here = wallClock(now, zone);
  const on = month
    ? { year: Number(year ?? here.year), month: MONTHS.split('|').indexOf(month.toLowerCase()), day: Number(day) }
    : here;
  const end = instant({ ...on, hours, minutes: Number(minute) }, zone);
  if (end > now || month) return end;
  return end + DAY;
}

interface Wall {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** What a calendar in that zone shows. */
function wallClock(at: number, zone: string | undefined): Wall {
  const shifted = new Date(at + offsetOf(at, zone));
  return { year: shifted.getUTCFullYear(), month: shifted.getUTCMonth(), day: shifted.getUTCDate() };
}

function instant(wall: Wall & { hours: number; minutes: number }, zone: string | undefined): number {
  const guess = Date.UTC(wall.year, wall.month, wall.day, wall.hours, wall.minutes);
  // The offset may be another one there than at the guess.
  return guess - offsetOf(guess - offsetOf(guess, zone), zone);
}

/** How far the clocks of a zone are ahead of UTC; of a zone that is none, the computer's own. */
function offsetOf(at: number, zone: string | undefined): number {
  if (zone === undefined || !knownZone(zone)) return -new Date(at).getTimezoneOffset() * MINUTE;
  const parts = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric' },
    ...{ day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return shown - Math.floor(at / 1000) * 1000;
}

function knownZone(zone: string): boolean {
  return zone === 'UTC' || Intl.supportedValuesOf('timeZone').includes(zone);
}
