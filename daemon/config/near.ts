/** Which of some names a person may have meant. */

/** The nearest, if it is near: one letter in three may differ, and two in any case. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  const plain = given.toLowerCase().replaceAll('-', '_').slice(0, LONGEST);
  const far = names
    .map((name) => ({ name, distance: distanceOf(plain, name) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = far;
  return best && best.distance <= Math.max(2, Math.floor(best.name.length / 3)) ? best.name : undefined;
}

const LONGEST = 60;

/** Letters to add, take away or change (Levenshtein). */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
