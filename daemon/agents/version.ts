/** Versions of agents, and ranges of them as rules name them. Pure. */

/** `>=1.0 <3`: all must hold. A version nobody knows fits. */
export function fits(version: string | undefined, range: string): boolean {
  if (version === undefined) return true;
  return range
    .split(/\s+/)
    .filter((part) => part !== '')
    .every((part) => holds(version, part));
}

/** Whether a range is one. */
export function isRange(range: string): boolean {
  return /^\s*((>=|<=|>|<|=)\d+(\.\d+)*\s*)+$/.test(range);
}

function holds(version: string, part: string): boolean {
  const [, sign = '=', bound = ''] = /^(>=|<=|>|<|=)?(.*)$/.exec(part) ?? [];
  const order = compare(version, bound);
  switch (sign) {
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '<':
      return order < 0;
    default:
      return order === 0;
  }
}

function compare(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split('.').map((part) => Number.parseInt(part, 10) || 0));
  for (let at = 0; at < Math.max(left!.length, right!.length); at++) {
    const order = (left![at] ?? 0) - (right![at] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}
