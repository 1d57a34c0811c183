/** Branches as `git for-each-ref` prints them, here and at remotes put together by name. */
import type { Branch } from '#protocol';

const FIELDS = [
  'refname',
  'objectname',
  'committerdate:unix',
  'upstream:short',
  'upstream:track,nobracket',
  'worktreepath',
  'symref',
  'contents:subject',
];
export const FORMAT = `--format=${FIELDS.map((field) => `%(${field})%00`).join('')}`;

const LOCAL = 'refs/heads/';
const REMOTE = 'refs/remotes/';

/** `remotes` by preference: of several that have a branch the first is named. Newest commit first, then by name. */
export function parseBranches(output: string, remotes: readonly string[]): Branch[] {
  const branches = new Map<string, Branch>();
  const rows = rowsOf(output);
  for (const row of rows.filter(({ ref }) => ref.startsWith(LOCAL))) {
    const name = row.ref.slice(LOCAL.length);
    const [ahead, behind] =
      row.upstream === '' || row.track === 'gone' ? [null, null] : [apart(row, 'ahead'), apart(row, 'behind')];
    const upstream = row.upstream || null;
    branches.set(name, { ...common(row), name, local: true, remote: null, upstream, ahead, behind });
  }
  for (const remote of remotes) {
    for (const row of rows.filter(({ ref, symref }) => symref === '' && remoteOf(ref, remotes) === remote)) {
      const name = row.ref.slice(REMOTE.length + remote.length + 1);
      const known = branches.get(name);
      if (!known) {
        const none = { upstream: null, ahead: null, behind: null, worktreePath: null };
        branches.set(name, { ...common(row), name, local: false, remote, ...none });
      } else if (known.remote === null) branches.set(name, { ...known, remote });
    }
  }
  return [...branches.values()].sort((a, b) => b.committedAt - a.committedAt || (a.name < b.name ? -1 : 1));
}

interface Row {
  readonly ref: string;
  readonly commit: string;
  readonly date: string;
  readonly upstream: string;
  readonly track: string;
  readonly worktreePath: string;
  readonly symref: string;
  readonly subject: string;
}

function rowsOf(output: string): Row[] {
  const fields = output.split('\0');
  const rows: Row[] = [];
  for (let i = 0; i + FIELDS.length < fields.length; i += FIELDS.length) {
    const [ref = '', commit = '', date = '', upstream = '', track = '', worktreePath = '', symref = '', subject = ''] =
      fields.slice(i, i + FIELDS.length);
    // The newline is the end of the row before.
    rows.push({ ref: ref.replace(/^\n/, ''), commit, date, upstream, track, worktreePath, symref, subject });
  }
  return rows;
}

function common({ commit, date, subject, worktreePath }: Row) {
  return { commit, committedAt: Number(date) * 1000, subject, worktreePath: worktreePath || null };
}

/** `ahead 1, behind 2`; nothing of what is 0. */
function apart({ track }: Row, word: 'ahead' | 'behind'): number {
  return Number(new RegExp(`${word} (\\d+)`).exec(track)?.[1] ?? 0);
}

/** The remote a ref is of: a name may hold slashes, and be the beginning of another. */
function remoteOf(ref: string, remotes: readonly string[]): string | undefined {
  const fits = remotes.filter((remote) => ref.startsWith(`${REMOTE}${remote}/`));
  return fits.sort((a, b) => b.length - a.length)[0];
}
