/** Settings of a repository's own that make git run a program, and how each is kept from it. */

/** One line of `git config --list --show-scope`. */
export interface Setting {
  /** `system` and `global` are the user's own; `local` and `worktree` came with the repository; `command` is ours. */
  readonly scope: string;
  /** Section and name in lower case, what is between as it stands. */
  readonly key: string;
  /** Null for a key without `=`. */
  readonly value: string | null;
}

export interface Verdict {
  /** `key=value` for `-c`: they win over the repository's own. */
  readonly overrides: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The first that cannot be kept from running; then git must not be run at all. */
  readonly refused: string | undefined;
  /** The settings of the repository that are not followed. */
  readonly ignored: readonly string[];
}

/** What is asked of a rule: the command's name, and whether it may talk to a remote. */
interface Reach {
  readonly command: string;
  readonly remotes: boolean;
}

interface Rule {
  readonly like: RegExp;
  /** What wins over it, unless the user's own configuration has a value, which then wins. */
  readonly instead?: string;
  /** A variable that wins over it where git takes the first of several values. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Values that run nothing, or only what belongs to git. */
  readonly harmless?: RegExp;
  /** Only a command that this says yes to reads it. Absent: any may. */
  readonly matters?: (reach: Reach, key: string) => boolean;
}

const LFS = /^(git-lfs|git lfs) ((clean|smudge)( --skip)? -- %f|filter-process( --skip)?)$/;
const PLAIN_SSH = /^ssh( -i [\w@%+=:,./~-]+| -o IdentitiesOnly=yes)*$/;
/** These say where to find a program, first come first served: nothing on the command line comes before them. */
const overRemotes = ({ remotes }: Reach) => remotes;

/** `instead` of a command is one that does nothing worse than nothing, or hands through what it is given. */
const rules: readonly Rule[] = [
  { like: /^core\.sshcommand$/, instead: 'ssh', harmless: PLAIN_SSH },
  { like: /^core\.gitproxy$/, environment: { GIT_PROXY_COMMAND: '' } },
  { like: /^core\.(askpass|editor|pager)$|^sequence\.editor$/, instead: '' },
  { like: /^core\.alternaterefscommand$/, instead: 'true' },
  { like: /^(diff\.external|diff\..*\.command)$/s, instead: 'true' },
  { like: /^(diff\..*\.textconv|interactive\.difffilter|tar\..*\.command)$/s, instead: 'cat' },
  { like: /^filter\..*\.(clean|smudge|process)$/s, instead: '', harmless: LFS },
  { like: /^(merge\..*\.driver|(merge|diff|gui)tool\..*\.(cmd|path))$/s, instead: 'false' },
  { like: /^gpg\.(openpgp\.)?program$/, instead: 'gpg' },
  { like: /^gpg\.x509\.program$/, instead: 'gpgsm' },
  { like: /^gpg\.ssh\.program$/, instead: 'ssh-keygen' },
  { like: /^gpg\.ssh\.defaultkeycommand$/, instead: '' },
  { like: /^trailer\..*\.(command|cmd)$/s, instead: 'true' },
  { like: /^pager\./s, instead: 'false' },
  { like: /^hook\..*\.command$/s, instead: ':' },
  { like: /^submodule\..*\.update$/s, instead: 'none', harmless: /^(?!!)/ },
  { like: /^http\.(.*\.)?savecookies$/s, instead: 'false', harmless: /^(false|no|off|0)$/i },
  // Only where this git has no such command.
  { like: /^alias\./s, instead: '', matters: ({ command }, key) => `${key}.`.startsWith(`alias.${command}.`) },
  {
    like: /^remote\..*\.(uploadpack|receivepack)$/s,
    harmless: /^git[ -](upload|receive)-pack$/,
    matters: overRemotes,
  },
  { like: /^remote\..*\.vcs$/s, matters: overRemotes },
  { like: /^gc\.recentobjectshook$/, matters: ({ command }) => /^(gc|repack|prune|maintenance)$/.test(command) },
];

/** git-lfs reads these itself, so it is not run at all where a repository sets one. */
const LFS_PROGRAM = /^lfs\.(customtransfer|extension)\..*\.(path|args|clean|smudge)$/s;
const FILTER = /^filter\..*\.(clean|smudge|process)$/s;
const HELPER = /^credential\.(.*\.)?helper$/s;
/** Helpers that come with git, and the empty value that forgets those before it. */
const OWN_HELPER = /^(store|cache|osxkeychain|libsecret|manager|manager-core|wincred|)$/;
/** With one of these an object that is missing is fetched, by whatever command misses it. */
const FETCHES_LATER = /^(remote\..*\.(promisor|partialclonefilter)|extensions\.partialclone)$/s;
const TALKS = /^(archive|clone|fetch|ls-remote|pull|push|submodule)$/;
/** More than any repository has that a person set up; the command line has room for these. */
const MOST = 200;

/** Decides about all settings together, for a command such as `fetch`. */
export function judge(settings: readonly Setting[], command: string): Verdict {
  const foreign = settings.filter(({ scope }) => scope === 'local' || scope === 'worktree');
  const own = new Map(settings.filter(({ scope }) => isOwn(scope)).map(({ key, value }) => [key, value ?? 'true']));
  const reach = { command, remotes: TALKS.test(command) || settings.some(({ key }) => FETCHES_LATER.test(key)) };
  const lfsRunsMore = foreign.some(({ key }) => LFS_PROGRAM.test(key));
  const made = createVerdict();

  for (const { key, value } of foreign) {
    const rule = rules.find(({ like }) => like.test(key));
    if (!rule || rule.harmless?.test(value ?? '') || rule.matters?.(reach, key) === false) continue;
    if (rule.instead !== undefined) made.override(key, own.get(key) ?? rule.instead);
    else if (rule.environment) Object.assign(made.environment, rule.environment);
    else made.refuse(key);
    made.ignored.add(key);
    // A filter that is required and does nothing would fail.
    if (FILTER.test(key)) made.override(requiredOf(key), own.get(requiredOf(key)) ?? 'false');
    if (key.startsWith('hook.')) made.override(key.replace(/\.command$/, '.enabled'), 'false');
  }
  for (const { key, value } of lfsRunsMore ? settings : []) {
    if (LFS_PROGRAM.test(key)) made.ignored.add(key);
    if (!FILTER.test(key) || !/lfs/.test(value ?? '')) continue;
    made.override(key, '');
    made.override(requiredOf(key), 'false');
  }
  const helpers = foreign.filter(({ key, value }) => HELPER.test(key) && !OWN_HELPER.test(value ?? ''));
  // An empty value forgets all helpers, also those of the user: better none than a foreign one.
  if (helpers.length > 0) made.override('credential.helper', '');
  for (const { key } of helpers) made.ignored.add(key);
  return made.verdict();
}

function requiredOf(filter: string): string {
  return filter.replace(/\.\w+$/, '.required');
}

function createVerdict() {
  const overrides = new Map<string, string>();
  const ignored = new Set<string>();
  const environment: Record<string, string> = {};
  let refused: string | undefined;
  const refuse = (what: string) => {
    refused ??= what;
  };
  return {
    environment,
    ignored,
    refuse,
    override(key: string, value: string) {
      overrides.set(key, value);
      // `-c` ends a key at its first `=`.
      if (key.includes('=')) refuse(key);
      if (overrides.size > MOST) refuse(key);
    },
    verdict: (): Verdict => ({
      overrides: [...overrides].map(([key, value]) => `${key}=${value}`),
      environment,
      refused,
      ignored: [...ignored],
    }),
  };
}

/** Several repositories at once: what is switched off for one is switched off for all. */
export function together(verdicts: readonly Verdict[]): Verdict {
  const all = <T>(pick: (verdict: Verdict) => readonly T[]) => [...new Set(verdicts.flatMap(pick))];
  return {
    overrides: all(({ overrides }) => overrides),
    environment: Object.assign({}, ...verdicts.map(({ environment }) => environment)),
    refused: verdicts.find(({ refused }) => refused !== undefined)?.refused,
    ignored: all(({ ignored }) => ignored),
  };
}

function isOwn(scope: string): boolean {
  return scope === 'system' || scope === 'global';
}

/** Output of `git config --list -z --show-scope`. Only the first newline of an entry ends its key. */
export function parseSettings(output: string): Setting[] {
  const fields = output.split('\0');
  const settings: Setting[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [scope = '', entry = ''] = [fields[i], fields[i + 1]];
    const end = entry.indexOf('\n');
    settings.push({
      scope,
      key: end < 0 ? entry : entry.slice(0, end),
      value: end < 0 ? null : entry.slice(end + 1),
    });
  }
  return settings;
}
