/** Finds words that every match of an expression holds, so that most texts need not be matched at all. Pure. */

/** Shorter words are in most texts. */
const SHORTEST = 4;

/** In small letters, with single blanks; undefined where no such words are sure. */
export function literalIn(source: string): string | undefined {
  const runs: string[] = [''];
  let depth = 0;
  for (let at = 0; at < source.length; at++) {
    const character = source[at]!;
    if (character === '|' && depth === 0) return undefined;
    if (character === '[') at = endOfBracket(source, at);
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (/[?*{]/.test(character)) runs.push(withoutLast(runs));
    if (character === '{') at = Math.max(at, source.indexOf('}', at));
    const plain = character === '\\' ? escaped(source[++at]) : SPECIAL.test(character) ? undefined : character;
    if (depth > 0 || plain === undefined) runs.push('');
    else runs.push(`${runs.pop()}${plain}`);
  }
  const best = runs.map((run) => run.toLowerCase()).sort((a, b) => b.length - a.length)[0]!;
  return best.trim().length >= SHORTEST ? best : undefined;
}

const SPECIAL = /[[\](){}?*+|^$.]/;

/** What may be absent is not sure. */
function withoutLast(runs: string[]): string {
  const last = runs.pop()!;
  runs.push([...last].slice(0, -1).join(''));
  return '';
}

function endOfBracket(source: string, from: number): number {
  let at = from + 1;
  while (at < source.length && source[at] !== ']') at += source[at] === '\\' ? 2 : 1;
  return at;
}

/** Of an escape, the character it stands for; undefined for a class of them. */
const escaped = (character: string | undefined) =>
  character !== undefined && /[^\w\s]/.test(character) ? character : undefined;
