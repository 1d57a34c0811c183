/** Finds the items of a folder that fit some words best. */
import type { KnowledgeKind } from '#protocol';
import { type Item, round } from './knowledge.js';

export interface Match {
  readonly type: KnowledgeKind;
  /** 0 to 1. */
  readonly score: number;
  readonly item: Item['item'];
}

const weights: Readonly<Record<KnowledgeKind, number>> = { convention: 0.8, pattern: 0.7, skill: 0.7, tool: 0.6 };

/** How well a word fits that stands as a whole, or as a part of one, in what an item is called by, or in the rest. */
const fits = { whole: 1, part: 0.75, wholeInRest: 0.6, partInRest: 0.4 } as const;

const WORDS = 32;
const MOST = 10;

/**
 * At most `limit` items, the best first, of equal ones the newer. The score is the average fit of the
 * words, times the weight of the kind, times a half to one by confidence: what nobody is sure of is still found.
 */
export function search(items: readonly Item[], query: string, limit = MOST): Match[] {
  const words = wordsOf(query);
  const matches = items.flatMap(({ kind, item }): Match[] => {
    const fit = fitOf({ kind, item } as Item, words);
    return fit === 0 ? [] : [{ type: kind, score: round(fit * weights[kind] * (0.5 + item.confidence / 2)), item }];
  });
  return matches.sort(byScore).slice(0, Math.min(limit, MOST));
}

function byScore({ score: a, item: x }: Match, { score: b, item: y }: Match): number {
  return b - a || y.updatedAt - x.updatedAt || (x.id < y.id ? -1 : 1);
}

/** Words that say nothing about what is looked for; they count only when there are no others. */
const idle = new Set(
  'a an the to of in on for and or is are be do does how what which with i we it this that run'.split(' '),
);

function wordsOf(query: string): string[] {
  const all = [...new Set(query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])];
  const telling = all.filter((word) => !idle.has(word));
  return (telling.length > 0 ? telling : all).slice(0, WORDS);
}

function fitOf(item: Item, words: readonly string[]): number {
  if (words.length === 0) return 0;
  const [name, rest] = texts(item).map((text) => text.toLowerCase()) as [string, string];
  const all = words.map((word) =>
    Math.max(fit(name, word, fits.whole, fits.part), fit(rest, word, fits.wholeInRest, fits.partInRest)),
  );
  return all.reduce((sum, each) => sum + each, 0) / words.length;
}

/** What an item is called by, and everything else it says. */
function texts(given: Item): [string, string] {
  switch (given.kind) {
    case 'convention': {
      const { description, category, examples } = given.item;
      return [`${description}\n${category}`, examples.join('\n')];
    }
    case 'pattern': {
      const { type, description, context } = given.item;
      return [`${description}\n${type}`, context ?? ''];
    }
    case 'skill': {
      const { name, command, description, steps, triggers } = given.item;
      return [[name, command, ...triggers].join('\n'), [description ?? '', ...steps].join('\n')];
    }
    case 'tool': {
      const { name, description, triggers, implementationType, implementationCode, inputSchema } = given.item;
      const rest = [implementationType, implementationCode ?? '', inputSchema ? JSON.stringify(inputSchema) : ''];
      return [[name, description, ...triggers].join('\n'), rest.join('\n')];
    }
  }
}

/** The best a text has: the word as a whole, in the plural or the singular too, or as part of another. */
function fit(text: string, word: string, whole: number, part: number): number {
  const single = word.length > 3 && word.endsWith('s') ? word.slice(0, -1) : word;
  let found = 0;
  for (let at = text.indexOf(single); at >= 0; at = text.indexOf(single, at + 1)) {
    const end = at + single.length;
    const isEnd = !isLetter(text[end]) || (text[end] === 's' && !isLetter(text[end + 1]));
    if (isEnd && !isLetter(text[at - 1])) return whole;
    found = part;
  }
  return found;
}

const isLetter = (character: string | undefined) => character !== undefined && /[\p{L}\p{N}]/u.test(character);
