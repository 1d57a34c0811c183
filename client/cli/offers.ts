/** What there is to name where a command line asks for something: sessions, folders, branches, as the daemon lists them. */

import { FULL_ID, type Listing, type Named, shortIds } from '../pick.js';
import type { Caller } from './hot.js';
import { findInteraction } from './interactions.js';
import { listings } from './listings.js';
import { clean } from './text.js';

export interface Offer {
  readonly value: string;
  readonly about: string;
}

export interface Asked {
  readonly call: Caller['call'];
  /** What is typed of it. */
  readonly typed: string;
  /** The values before it on the command line. */
  readonly operands: readonly string[];
  /** The directory of the repository that is meant. */
  readonly directory: string;
}

/** Those of the kind that `Meaning` names; empty when nothing of it is listed. */
export async function offersOf(names: string, asked: Asked): Promise<readonly Offer[]> {
  const offers = Object.hasOwn(listings, names)
    ? await listed(listings[names]!, asked)
    : ((await others[names]?.(asked)) ?? []);
  return offers.map(({ value, about }) => ({ value, about: clean(about) })).filter(({ value }) => isTypeable(value));
}

/** A word that a person could type, and that is no option. */
const isTypeable = (value: string) => value !== '' && value.length <= 200 && !/^-|[\x00-\x1f\x7f-\x9f]/.test(value);

/** Names that mean one thing only, and ids. Those that are meant less often, such as closed sessions, only when no other fits. */
async function listed(listing: Listing<any>, { call, typed }: Asked): Promise<Offer[]> {
  const rows: readonly Named[] = await listing.rows(call);
  const short = shortIds(rows);
  const preferred = rows.filter((row) => listing.preferred?.(row) ?? true);
  const others = rows.filter((row) => !preferred.includes(row));
  const fixed = (listing.fixed ?? []).map((value) => ({ value, about: listing.noun }));
  const first = [...fixed, ...namesOf(preferred, listing), ...idsOf(preferred, listing, short)];
  if (first.some(({ value }) => value.startsWith(typed))) return first;
  return [...first, ...namesOf(others, listing), ...idsOf(others, listing, short)];
}

function namesOf(rows: readonly Named[], listing: Listing<any>): Offer[] {
  const words = rows.flatMap((row) =>
    [...new Set([row.name, ...((listing.also?.(row) as string[] | undefined) ?? [])])].map((value) => ({ value, row })),
  );
  const counts = new Map<string, number>();
  for (const { value } of words) counts.set(value, (counts.get(value) ?? 0) + 1);
  return words
    .filter(({ value }) => counts.get(value) === 1 && !FULL_ID.test(value))
    .map(({ value, row }) => ({ value, about: aboutOf(row, listing).replace(`${value}, `, '') }));
}

const idsOf = (rows: readonly Named[], listing: Listing<any>, short: (id: string) => string): Offer[] =>
  rows.map((row) => ({ value: short(row.id), about: aboutOf(row, listing) }));

const aboutOf = (row: Named, listing: Listing<any>): string => listing.describe?.(row) ?? row.name;

/** What has no ids, or depends on a value before it. */
const others: Readonly<Record<string, (asked: Asked) => Promise<readonly Offer[]>>> = {
  async branch({ call, directory }) {
    const { branches } = await call('worktree/branches', { repoPath: directory });
    return branches.map(({ name, subject }) => ({ value: name, about: subject }));
  },
  async worktree({ call, directory }) {
    const { worktrees } = await call('worktree/list', { repoPath: directory });
    return worktrees
      .filter(({ isMain }) => !isMain)
      .flatMap(({ branch, path }) => [
        ...(branch === null ? [] : [{ value: branch, about: path }]),
        { value: path, about: branch ?? '(detached)' },
      ]);
  },
  async tmux({ call }) {
    const { sessions } = await call('tmux/list', {});
    return sessions.map(({ name }) => ({ value: name, about: 'tmux session' }));
  },
  /** The answers of a dialog. */
  async option({ call, operands }) {
    const { options } = await findInteraction(call, operands[0] ?? '');
    return options.map(({ label }, i) => ({ value: String(i + 1), about: label }));
  },
  /** What is known in a folder. */
  async item({ call, operands }) {
    const folderId = (await listings.folder!.rows(call)).find(({ id, name }) => [id, name].includes(operands[0]))?.id;
    if (!folderId) return [];
    const { conventions, patterns, skills, tools } = await call('knowledge/get', { folderId });
    return [...conventions, ...patterns, ...skills, ...tools].map((item) => ({
      value: item.id,
      about: 'name' in item ? item.name : item.description,
    }));
  },
};
