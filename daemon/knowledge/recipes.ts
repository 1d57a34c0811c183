/** Commands that test, build, or bring in what a project needs, in whatever ecosystem. */
import type { Part } from './command.js';
import { isMasked } from './secrets.js';

export interface Recipe {
  readonly name: 'test' | 'build';
  /** The beginning of the command that makes it one; with other arguments it is the same recipe. */
  readonly stem: string;
}

const SCRIPT = '(?:run |run-script )?';
/** Options of package managers that take a value, and those that take none. */
const OPTIONS = '(?:(?:--filter|-F|-C|--dir|--prefix|-w|--workspace|--cwd)[ =]\\S+ |-[\\w-]+ )*';
const THROUGH =
  '(?:(?:npx|bunx|pnpm exec|pnpm dlx|yarn exec|yarn dlx|npm exec --|poetry run|uv run|pipenv run|pdm run|hatch run|bundle exec|bin/|vendor/bin/|\\./vendor/bin/|\\./node_modules/\\.bin/|python3? -m |docker compose (?:run --rm|exec) \\S+) ?)*';

const test: readonly string[] = [
  `(?:npm|pnpm|yarn|bun) ${OPTIONS}${SCRIPT}(?:test|tests|t)(?:[:-][\\w:-]+)?`,
  `${THROUGH}(?:vitest|jest|mocha|ava|playwright test|cypress run|pytest|py\\.test|tox|nox|rspec|rake (?:test|spec)|rails (?:test|spec)|phpunit|pest|unittest|nose2)`,
  'node (?:-\\S+ )*--test',
  'cargo (?:\\+\\w+ )?(?:test|nextest run|t)',
  'go test',
  `${THROUGH}(?:python3? |\\./)?manage\\.py test`,
  '(?:make|gmake|just|task) (?:-\\S+ )*(?:test|tests|check)(?:[:-][\\w:-]+)?',
  '(?:mvn|\\./mvnw) (?:-\\S+ )*(?:clean )?(?:test|verify)',
  '(?:gradle|\\./gradlew) (?:-\\S+ )*(?:clean )?[:\\w]*(?:test|check)\\w*',
  'ctest|meson test|ninja test',
  'php artisan test|composer (?:run )?test',
  '(?:mix|dotnet|flutter|dart|swift|bazel|sbt|lein|stack|cabal|forge|zig build) test',
  'deno (?:task )?test',
  '(?:turbo|nx|ng)(?: run)? test|nx run-many -t test',
  'xcodebuild (?:-\\S+ \\S+ )*test',
];

const build: readonly string[] = [
  `(?:npm|pnpm|yarn|bun) ${OPTIONS}${SCRIPT}(?:build|compile)(?:[:-][\\w:-]+)?`,
  `${THROUGH}(?:tsc|vite build|next build|nuxt build|astro build|webpack|rollup|esbuild|tsup|turbo(?: run)? build|nx build|ng build|nest build)`,
  'cargo (?:\\+\\w+ )?(?:build|b)',
  'go build',
  '(?:make|gmake|just|task) (?:-\\S+ )*(?:build|all|compile)(?:[:-][\\w:-]+)?|(?:make|ninja)(?: -\\S+)*(?=$)',
  '(?:mvn|\\./mvnw) (?:-\\S+ )*(?:clean )?(?:package|install|compile)',
  '(?:gradle|\\./gradlew) (?:-\\S+ )*(?:clean )?[:\\w]*(?:build|assemble)\\w*',
  'cmake --build|meson compile|xcodebuild (?:-\\S+ \\S+ )*build',
  '(?:poetry|uv|pdm|hatch|flit) build|python3? -m build|maturin (?:build|develop)',
  '(?:dotnet|flutter|swift|bazel|stack|cabal|zig|forge|deno task|composer|hugo|jekyll) build|mix (?:compile|release)|sbt compile',
  'docker (?:compose |buildx )?build|docker-compose build|podman build',
];

const anyOf = (stems: readonly string[]) => new RegExp(`^(?:${stems.join('|')})(?=$| )`);
const recipes = [
  ['test', anyOf(test)],
  ['build', anyOf(build)],
] as const;

/** What a part of a command is a recipe for, if for anything. */
export function recipeOf({ text }: Part): Recipe | undefined {
  if (/ (?:--help|-h|--version|--watch|-w)(?= |$)/.test(text)) return undefined;
  for (const [name, pattern] of recipes) {
    const stem = pattern.exec(text)?.[0];
    if (stem !== undefined) return { name, stem };
  }
  return undefined;
}

export interface Needed {
  /** Of the package manager. */
  readonly manager: string;
  readonly packages: readonly string[];
}

/** Commands that bring packages in, by the manager they are of. */
const installers: readonly (readonly [manager: string, command: RegExp])[] = [
  ['npm', /^npm (?:install|i|add) /],
  ['pnpm', /^pnpm (?:add|install|i) /],
  ['yarn', /^yarn (?:global )?add /],
  ['bun', /^bun (?:add|install|i) /],
  ['deno', /^deno (?:add|install) /],
  ['cargo', /^cargo (?:add|install) /],
  ['go', /^go (?:get|install) /],
  ['pip', /^(?:python3? -m |uv )?pip3? install /],
  ['uv', /^uv (?:add|tool install) /],
  ['poetry', /^poetry add /],
  ['pipenv', /^pipenv install /],
  ['pdm', /^pdm add /],
  ['conda', /^(?:conda|mamba) install /],
  ['gem', /^gem install /],
  ['bundler', /^bundle add /],
  ['composer', /^composer (?:global )?require /],
  ['nuget', /^dotnet add (?:\S+ )?package /],
  ['pub', /^(?:flutter|dart) pub add /],
  ['mix', /^mix (?:archive|escript)\.install (?:hex )?/],
  ['apt', /^(?:sudo )?(?:apt|apt-get|nala) (?:-\S+ )*install /],
  ['brew', /^brew install /],
  ['dnf', /^(?:sudo )?(?:dnf|yum) (?:-\S+ )*install /],
  ['apk', /^(?:sudo )?apk (?:-\S+ )*add /],
  ['pacman', /^(?:sudo )?pacman -S\w* /],
];

/** Options whose next word is no package. */
const valued =
  /^(?:-r|-c|-e|--requirement|--constraint|--editable|--index-url|--extra-index-url|-i|--features|-F|--filter|-C|--prefix|--workspace|-w|--group|-G|--version|-v|--tag|--git|--path|--source|-t|--target)$/;
const PACKAGE = /^[@A-Za-z0-9][\w@./:^~=<>!*+[\],-]{0,99}$/;
const PACKAGES = 10;

/** What a part of a command brings in by name; undefined when nothing. */
export function neededBy({ text, words }: Part): Needed | undefined {
  const found = installers.find(([, command]) => command.test(text));
  if (!found) return undefined;
  const [manager, command] = found;
  const rest = words.slice(command.exec(text)![0].trim().split(' ').length);
  const packages = rest
    .filter((word, i) => !word.startsWith('-') && !valued.test(rest[i - 1] ?? ''))
    .map((word) => word.replace(/^(["'])(.*)\1$/, '$2'))
    .filter(
      (word) => PACKAGE.test(word) && !isMasked(word) && !/:\/\/|^git\+|\.(?:txt|whl|deb|rpm|tgz|tar\.gz)$/.test(word),
    );
  return packages.length > 0 ? { manager, packages: [...new Set(packages)].slice(0, PACKAGES) } : undefined;
}
