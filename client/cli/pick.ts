/** Which thing of a kind a person means by a shortened id or a name. */
import type { RpcError } from '#protocol/errors';
import { failure } from './fail.js';
import { clean } from './text.js';

export interface Named {
  readonly id: string;
  readonly name: string;
}

/** What a kind of things is called, and where to see them all. */
export interface Kind<T extends Named> {
  readonly noun: string;
  /** `rdv ...`, which lists them. */
  readonly list: string;
  /** Other words for one of them. */
  readonly also?: (row: T) => readonly string[];
  /** Which to take when a word fits several. */
  readonly preferred?: (row: T) => boolean;
  /** How one of several is told from the others. */
  readonly describe?: (row: T) => string;
}

export const FULL_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * By a name, or the beginning of an id. Throws NotFound with the nearest name, or InvalidParams listing the candidates.
 */
export function pick<T extends Named>(rows: readonly T[], given: string, kind: Kind<T>): T {
  const words = (row: T) => [row.name, ...(kind.also?.(row) ?? [])];
  const fits = rows.filter(
    (row) => words(row).includes(given) || (given !== '' && row.id.startsWith(given.toLowerCase())),
  );
  const preferred = fits.filter((row) => kind.preferred?.(row) ?? true);
  const [found, ...others] = preferred.length > 0 ? preferred : fits;
  if (!found) throw unknown(rows.flatMap(words), given, kind);
  if (others.length > 0) throw ambiguous([found, ...others], given, kind);
  return found;
}

/** The shortest beginning of an id, eight characters at least, that no other listed id shares. */
export function shortIds(rows: readonly { readonly id: string }[]): (id: string) => string {
  let length = 8;
  const distinct = () => new Set(rows.map(({ id }) => id.slice(0, length))).size === rows.length;
  while (length < 36 && !distinct()) length++;
  return (id) => id.slice(0, length);
}

function ambiguous<T extends Named>(candidates: readonly T[], given: string, kind: Kind<T>): RpcError {
  const short = shortIds(candidates);
  const describe = kind.describe ?? (({ name }: T) => name);
  const list = candidates.map((row) => `${short(row.id)} (${clean(describe(row))})`);
  const shown = list.length > 10 ? [...list.slice(0, 10), `${list.length - 10} more`] : list;
  return failure(
    'InvalidParams',
    `"${given}" fits ${candidates.length} ${kind.noun}s: ${shown.join(', ')}.`,
    'Name one of them by its id.',
  );
}

function unknown(
  words: readonly string[],
  given: string,
  { noun, list }: Pick<Kind<Named>, 'noun' | 'list'>,
): RpcError {
  const near = [...new Set(words)]
    .map((name) => ({ name, far: distance(name.toLowerCase(), given.toLowerCase()) }))
    .filter(({ far }) => far <= Math.ceil(given.length / 3))
    .sort((a, b) => a.far - b.far)[0];
  const cure = `\`${list}\` lists every ${noun}.`;
  return failure('NotFound', `No ${noun} "${given}".`, near ? `Did you mean "${near.name}"? ${cure}` : cure);
}

/** Edits (insert, delete, replace) between two words; long words are cut, for this only serves a hint. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: Math.min(b.length, 100) + 1 }, (_, i) => i);
  for (const [i, x] of [...a.slice(0, 100)].entries()) {
    const next = [i + 1];
    for (let j = 1; j < row.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (x === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1)!;
}
