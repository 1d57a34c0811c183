/** Which thing of a kind a person means by a shortened id or a name. */
import type { RpcError } from '#protocol/errors';
import { nearest } from '#protocol/nearest';
import { clean } from './clean.js';
import { failure } from './failure.js';
import type { Client } from './index.js';

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

/** A kind whose things the daemon lists. */
export interface Listing<T extends Named = Named> extends Kind<T> {
  /** Words that are ids themselves, of things that are not listed. */
  readonly fixed?: readonly string[];
  rows(call: Client['call']): Promise<readonly T[]>;
}

export const FULL_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** So much of an id is shown at least. */
const SHOWN = 8;

/**
 * By a name, or the beginning of an id; a name comes before the beginning of another's id that is shorter than any shown.
 * Throws NotFound with the nearest name, or InvalidParams listing the candidates.
 */
export function pick<T extends Named>(rows: readonly T[], given: string, kind: Kind<T>): T {
  const words = (row: T) => [row.name, ...(kind.also?.(row) ?? [])];
  const fits = rows.filter(
    (row) => words(row).includes(given) || (given !== '' && row.id.startsWith(given.toLowerCase())),
  );
  const preferred = fits.filter((row) => kind.preferred?.(row) ?? true);
  const left = preferred.length > 0 ? preferred : fits;
  const named = given.length < SHOWN ? left.filter((row) => words(row).includes(given)) : [];
  const [found, ...others] = named.length > 0 ? named : left;
  if (!found) throw unknown([...rows.flatMap(words), ...idsLike(given, rows)], given, kind);
  if (others.length > 0) throw ambiguous([found, ...others], given, kind);
  return found;
}

/** The one among all there are. Throws as `pick`. */
export async function find<T extends Named>(call: Client['call'], given: string, listing: Listing<T>): Promise<T> {
  return pick(await listing.rows(call), given, listing);
}

/** The shortest beginning of an id, as long as is shown at least, that no other listed id shares. */
export function shortIds(rows: readonly { readonly id: string }[]): (id: string) => string {
  let length = SHOWN;
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

/** As long as what was taken for one. */
function idsLike(given: string, rows: readonly Named[]): string[] {
  return /^[0-9a-f-]{6,36}$/i.test(given) ? rows.map(({ id }) => id.slice(0, given.length)) : [];
}

function unknown(
  words: readonly string[],
  given: string,
  { noun, list }: Pick<Kind<Named>, 'noun' | 'list'>,
): RpcError {
  const near = nearest(words, given);
  const cure = `\`${list}\` lists every ${noun}.`;
  return failure('NotFound', `No ${noun} "${given}".`, near ? `Did you mean "${near}"? ${cure}` : cure);
}
