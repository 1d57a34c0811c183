/** Which known word a mistyped one was meant to be. */

/** The closest of the words, or undefined when none is close. Case does not count. */
export function nearest(words: Iterable<string>, given: string): string | undefined {
  const wanted = given.toLowerCase();
  return [...new Set(words)]
    .map((word) => ({ word, far: distance(word.toLowerCase(), wanted) }))
    .filter(({ far }) => far <= Math.ceil(given.length / 3))
    .sort((a, b) => a.far - b.far)[0]?.word;
}

/** Edits (insert, delete, replace, swap) between two words; long words are cut, for this only serves a hint. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: Math.min(b.length, 100) + 1 }, (_, i) => i);
  let above: number[] = [];
  for (const [i, x] of [...a.slice(0, 100)].entries()) {
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
