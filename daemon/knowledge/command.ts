/** Commands as people type them: their parts, their words, and what only surrounds them. */

/** One program with its arguments. */
export interface Part {
  /** As typed, without what is set before it or where its output goes. */
  readonly text: string;
  readonly words: readonly string[];
}

/** Longer ones are pasted texts. */
const LONGEST = 500;

/**
 * The programs a line runs one after another. Of a pipe the first; none of a line that would be taken for a success
 * whatever happens, or that is too long or not finished.
 */
export function partsOf(command: string): Part[] {
  if (command.length > LONGEST || /\|\|/.test(command)) return [];
  const pieces = split(command);
  return (pieces ?? []).flatMap((piece) => {
    const text = bare(piece);
    return text === '' ? [] : [{ text, words: text.split(/\s+/) }];
  });
}

/** At `&&` and `;`, and without what follows a `|`; undefined when a quote is never closed. */
function split(command: string): string[] | undefined {
  const pieces: string[] = [];
  let piece = '';
  let quote = '';
  let piped = false;
  for (let at = 0; at < command.length; at++) {
    const character = command[at]!;
    if (quote) quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'" || character === '`') quote = character;
    const isEnd = !quote && (character === ';' || command.startsWith('&&', at));
    if (isEnd) {
      pieces.push(piece);
      piece = '';
      piped = false;
      if (character === '&') at++;
    } else {
      piped ||= !quote && character === '|';
      if (!piped) piece += character;
    }
  }
  return quote ? undefined : [...pieces, piece];
}

/** Without variables and `time` before it, redirections and `&` after it. */
function bare(piece: string): string {
  let text = piece
    .replace(/\s(?:\d|&)?>>?\s?(?:&\d|\S+)/g, ' ')
    .replace(/\s<\s?\S+/g, ' ')
    .replace(/\s&\s*$/, '');
  text = text.replace(/\s+/g, ' ').trim();
  for (;;) {
    const shorter = text.replace(/^(?:[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|[^\s"']*)|time|nice|command|env|\$|\()\s/, '');
    if (shorter === text) return text;
    text = shorter.trimStart();
  }
}

/** As typed, with single blanks. */
export const tidied = (command: string) => command.replace(/\s+/g, ' ').trim();

/** Programs people run; a word like these makes a line a command. */
const programs = new Set(
  'alembic ansible ansible-playbook apk apt apt-get aws awk az bash bazel biome black brew bun bundle bunx cabal cargo cat cd chmod chown clear cmake code composer conda cp ctest curl cypress dart deno df diff dig direnv django-admin docker docker-compose dotnet du echo elixir emacs env eslint export fd ffmpeg find fish flake8 flask flutter fly gatsby gcc gcloud gem gh git go gradle grep gunicorn head helm heroku hg history hugo iex irb java javac jest jq julia just k9s kill kubectl la lein less ln ls ll lua make man mariadb meson mkdir mix mocha mongosh mv mvn mypy mysql nano nest next ng ninja node nox npm npx nvim nvm nx openssl pacman perl pg_dump php phpunit ping pip pip3 pipenv pnpm podman poetry pre-commit prettier prisma ps psql pulumi pwd pyenv pytest python python3 R rails rake rbenv redis-cli rg rm rmdir rsync rspec ruby ruff rustc rustup sbt scp sed serverless sh sort source sqlite3 ssh stack sudo supabase swift systemctl tail tar task terraform tmux tofu top touch tox tree tsc tsx turbo unzip uv uvicorn vercel vi vim vite vitest wc webpack wget which whoami xargs xcodebuild yarn zig zip zsh exit htop rdv claude codex gemini aider opencode'.split(
    ' ',
  ),
);

/** Words that stand in sentences and hardly ever in commands. */
const talk = new Set(
  'the a an is are was to that this you we i it my your please sure why how what when should can could would not but and because of with does'.split(
    ' ',
  ),
);

/** Whether a line is a command for sure, can be one, or is something said. */
export function soundOf(line: string): 'command' | 'unclear' | 'talk' {
  const words = line.trim().split(/\s+/);
  const first = words[0] ?? '';
  const isTalk =
    words.length > 2 &&
    words.some((word) => talk.has(word.toLowerCase().replace(/[,.?!]$/, ''))) &&
    !words.some((word) => /^-{1,2}\w|[/|&=$]/.test(word));
  if (isTalk) return 'talk';
  if (programs.has(first) || /^(?:\.{1,2}|~)?\/[\w.@/-]+$/.test(first) || /^[A-Z_]+=\S*$/.test(first)) return 'command';
  return 'unclear';
}

/** Programs that show what is there: what they print says nothing of how they fared, and they mend nothing. */
const viewers = new Set(
  'ack ag bat cat clear claude codex gemini aider opencode diff dig echo env exit fd find grep head history htop jq k9s la lsof netstat ss less ll ls man more ping printf ps pwd rg tail top tree wc which whoami whereis type watch journalctl tmux rdv'.split(
    ' ',
  ),
);
const viewing =
  /^(?:git (?:log|diff|show|status|blame|branch|reflog|remote|stash list)|docker (?:ps|logs|images|inspect)|docker compose (?:ps|logs)|kubectl (?:get|describe|logs)|npm (?:ls|list|view|outdated|audit)|systemctl status|gh \w+ (?:view|list|status)|cargo tree|go (?:env|doc|list)|pip (?:list|show|freeze)|\S+ (?:--version|-v|--help|-h)$)/;

export function isViewer(command: string): boolean {
  const [part] = partsOf(command);
  return part === undefined || viewers.has(part.words[0]!) || viewing.test(part.text);
}
