/** What git prints for programs: its list of worktrees, and its status. */

export interface Listed {
  readonly path: string;
  readonly commit: string | null;
  /** Without `refs/heads/`. */
  readonly branch: string | null;
  readonly bare: boolean;
}

/** Output of `git worktree list --porcelain`, whose lines end in `end`: NUL with `-z`, else a newline. */
export function parseWorktrees(output: string, end: '\0' | '\n'): Listed[] {
  const records = output.split(end + end).filter((record) => record.startsWith('worktree '));
  return records.map((record) => {
    const lines = record.split(end);
    const after = (word: string) => lines.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1);
    const commit = after('HEAD') ?? null;
    return {
      path: after('worktree')!,
      commit: commit === null || /^0+$/.test(commit) ? null : commit,
      branch: after('branch')?.replace(/^refs\/heads\//, '') ?? null,
      bare: lines.includes('bare'),
    };
  });
}

export interface Entry {
  /** `1` changed, `2` renamed or copied, `u` in conflict, `?` untracked, `!` ignored. */
  readonly kind: '1' | '2' | 'u' | '?' | '!';
  /** What happened between HEAD and index, and between index and file; `.` for nothing. */
  readonly staged: string;
  readonly unstaged: string;
  readonly path: string;
}

export interface Status {
  /** Null when detached. */
  readonly branch: string | null;
  /** Null before the first commit. */
  readonly commit: string | null;
  readonly upstream: string | null;
  /** 0 without an upstream, or with one that is gone. */
  readonly ahead: number;
  readonly behind: number;
  readonly entries: readonly Entry[];
}

/** Fields before the path, the kind included. */
const FIELDS = { '1': 8, '2': 9, u: 10 } as const;

/** Output of `git status --porcelain=v2 --branch -z`. Lines of a kind that is not known are passed over. */
export function parseStatus(output: string): Status {
  const lines = output.split('\0');
  const headers = new Map<string, string>();
  const entries: Entry[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    const kind = line[0];
    if (kind === '#') {
      const [, name = '', value = ''] = /^# (\S+) (.*)$/s.exec(line) ?? [];
      headers.set(name, value);
    } else if (kind === '?' || kind === '!') {
      entries.push({ kind, staged: '.', unstaged: '.', path: line.slice(2) });
    } else if (kind === '1' || kind === '2' || kind === 'u') {
      const path = line.split(' ').slice(FIELDS[kind]).join(' ');
      entries.push({ kind, staged: line[2]!, unstaged: line[3]!, path });
      // Where it was before, as a line of its own.
      if (kind === '2') i++;
    }
  }
  const [, ahead = '0', behind = '0'] = /^\+(\d+) -(\d+)$/.exec(headers.get('branch.ab') ?? '') ?? [];
  return {
    branch: unless(headers.get('branch.head'), '(detached)'),
    commit: unless(headers.get('branch.oid'), '(initial)'),
    upstream: headers.get('branch.upstream') ?? null,
    ahead: Number(ahead),
    behind: Number(behind),
    entries,
  };
}

function unless(value: string | undefined, none: string): string | null {
  return value === undefined || value === none ? null : value;
}

export interface Counts {
  readonly staged: number;
  /** Changed or deleted and not staged. */
  readonly modified: number;
  readonly conflicted: number;
  readonly untracked: number;
  readonly ignored: number;
}

/** A file may be both staged and modified. */
export function count(entries: readonly Entry[]): Counts {
  const changed = entries.filter(({ kind }) => kind === '1' || kind === '2');
  const of = (kind: Entry['kind']) => entries.filter((entry) => entry.kind === kind).length;
  return {
    staged: changed.filter(({ staged }) => staged !== '.').length,
    modified: changed.filter(({ unstaged }) => unstaged !== '.').length,
    conflicted: of('u'),
    untracked: of('?'),
    ignored: of('!'),
  };
}
