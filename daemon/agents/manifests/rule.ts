/** Writes the rules of a manifest down in few words. */
import type { Rule } from './manifest.js';

type Given = Pick<Rule, 'region' | 'says'> & Partial<Omit<Rule, 'id' | 'priority'>>;

/** Of rules in the order of their strength; the first has the highest priority. */
export function ranked(rules: Readonly<Record<string, Given>>): Rule[] {
  const ids = Object.keys(rules);
  return ids.map((id, at) => ({ id, priority: (ids.length - at) * 10, all: [], any: [], none: [], ...rules[id]! }));
}
