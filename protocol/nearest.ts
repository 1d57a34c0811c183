/** Which known word a mistyped one was meant to be. */

/**
 * The closest of the words, else the only one that begins with three letters or more that were given; undefined when none is
 * near: of the longer word one letter in three may differ, one in any case, but not all. Case does not count.
 */
export function nearest(words: Iterable<string>, given: string): string | undefined {
  const wanted = plainly(given);
  const known = [...new Set(words)].map((word) => ({ word, plain: plainly(word) }));
  const near = known
    .map(({ word, plain }) => ({ word, far: distance(plain, wanted), longer: Math.max(plain.length, wanted.length) }))
    .filter(({ far, longer }) => far <= Math.max(1, Math.floor(longer / 3)) && far < longer)
    .sort((a, b) => a.far - b.far);
  if (near.length > 0) return near[0]!.word;
  const longer = wanted.length < 3 ? [] : known.filter(({ plain }) => plain.startsWith(wanted));
  return longer.length === 1 ? longer[0]!.word : undefined;
}

/** Long words are cut, for this only serves a hint. */
const plainly = (word: string) => word.toLowerCase().slice(0, 100);

/** Edits between two words: insert, delete, replace, swap. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  let above: number[] = [];
  for (const [i, x] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 1; j < row.length; j++) {
      const swapped = i > 0 && j > 1 && x === b[j - 2] && a[i - 1] === b[j - 1] ? above[j - 2]! + 1 : Infinity;
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (x === b[j - 1] ? 0 : 1), swapped));
    }
    above = row;
    row = next;
  }
  return row.at(-1)!;
}
