/** Test runners, linters, build tools, and services that build: each by its files or packages. */
import { depends, type Merged } from './ecosystems/ecosystem.js';
import type { Seen } from './ecosystems/seen.js';

/** Any of the files, any of the packages, or a script that runs it is proof; one without any comes with its language. */
type Row = readonly [name: string, ecosystems: string, files?: string, packages?: string, script?: RegExp];

const words = (text = '') => text.split(' ').filter((each) => each !== '');
const tools = (table: readonly Row[]) =>
  table.map(([name, ecosystems, files, packages, script]) => ({
    ...{ name, ecosystems: words(ecosystems), files: words(files), packages: words(packages), script },
    always: files === undefined,
  }));
type Tool = ReturnType<typeof tools>[number];

const testRunners = tools([
  ['vitest', 'node deno', 'vitest.config.* vitest.workspace.*', 'vitest'],
  ['jest', 'node deno', 'jest.config.*', 'jest @jest/core jest-expo ts-jest package.json:jest'],
  ['mocha', 'node deno', '.mocharc.*', 'mocha'],
  ['ava', 'node deno', 'ava.config.*', 'ava'],
  ['karma', 'node deno', 'karma.conf.js', 'karma'],
  ['jasmine', 'node deno', '', 'jasmine'],
  ['tap', 'node deno', '', 'tap'],
  ['uvu', 'node deno', '', 'uvu'],
  ['bun test', 'node deno', '', '', /\bbun test\b/],
  ['node:test', 'node deno', '', '', /\bnode\b.*\s--test\b/],
  ['playwright', 'node deno', 'playwright.config.*', '@playwright/test'],
  ['cypress', 'node deno', 'cypress.config.* cypress.json', 'cypress'],
  ['deno test', 'deno'],
  ['bun test', 'node deno', 'bunfig.toml bun.lock bun.lockb', ''],
  ['pytest', 'python', 'pytest.ini conftest.py tests/conftest.py', 'pytest pytest-django tool.pytest'],
  ['django', 'python', 'manage.py', ''],
  ['unittest', 'python', 'tests/__init__.py test/__init__.py', ''],
  ['rspec', 'ruby', '.rspec spec/spec_helper.rb', 'rspec rspec-rails'],
  ['minitest', 'ruby', 'test/test_helper.rb', 'minitest rails'],
  ['pest', 'php', 'tests/Pest.php', 'pestphp/pest'],
  ['phpunit', 'php', 'phpunit.xml phpunit.xml.dist', 'phpunit/phpunit'],
  ['cargo test', 'rust'],
  ['go test', 'go'],
  [
    'junit',
    'maven gradle',
    '',
    'org.junit.jupiter:junit-jupiter org.junit.jupiter:junit-jupiter-api junit:junit org.springframework.boot:spring-boot-starter-test',
  ],
  ['testng', 'maven gradle', '', 'org.testng:testng'],
  ['exunit', 'elixir'],
  ['flutter test', 'dart', '', 'flutter_test'],
  ['dart test', 'dart', '', 'test'],
  ['xunit', 'dotnet', '', 'xunit xunit.v3'],
  ['nunit', 'dotnet', '', 'NUnit'],
  ['mstest', 'dotnet', '', 'MSTest MSTest.TestFramework'],
  ['xctest', 'swift', 'Package.swift', ''],
  ['googletest', 'native', '', 'GTest gtest'],
  ['catch2', 'native', '', 'Catch2 catch2'],
  ['ctest', 'native', '', 'enable_testing'],
]);

const linters = tools([
  ['biome', 'node deno', 'biome.json biome.jsonc', '@biomejs/biome'],
  ['eslint', 'node deno', 'eslint.config.* .eslintrc .eslintrc.*', 'eslint package.json:eslintConfig'],
  ['oxlint', 'node deno', '.oxlintrc.json', 'oxlint'],
  ['standard', 'node deno', '', 'standard'],
  ['xo', 'node deno', '', 'xo'],
  ['deno lint', 'deno'],
  ['ruff', 'python', 'ruff.toml .ruff.toml', 'ruff tool.ruff'],
  ['flake8', 'python', '.flake8', 'flake8'],
  ['pylint', 'python', '.pylintrc pylintrc', 'pylint tool.pylint'],
  ['rubocop', 'ruby', '.rubocop.yml', 'rubocop rubocop-rails rubocop-rails-omakase'],
  ['standardrb', 'ruby', '.standard.yml', 'standard'],
  ['phpstan', 'php', 'phpstan.neon phpstan.neon.dist', 'phpstan/phpstan larastan/larastan'],
  ['pint', 'php', 'pint.json', 'laravel/pint'],
  ['php-cs-fixer', 'php', '.php-cs-fixer.php .php-cs-fixer.dist.php', 'friendsofphp/php-cs-fixer'],
  ['clippy', 'rust', 'clippy.toml .clippy.toml', ''],
  ['golangci-lint', 'go', '.golangci.yml .golangci.yaml .golangci.toml', ''],
  ['detekt', 'gradle', 'detekt.yml', 'io.gitlab.arturbosch.detekt'],
  ['ktlint', 'gradle', '', 'org.jlleitschuh.gradle.ktlint'],
  ['checkstyle', 'maven gradle', 'checkstyle.xml config/checkstyle/checkstyle.xml', 'checkstyle'],
  ['credo', 'elixir', '.credo.exs', 'credo'],
  ['dart analyze', 'dart', 'analysis_options.yaml', 'flutter_lints lints'],
  ['swiftlint', 'swift', '.swiftlint.yml', ''],
  ['clang-tidy', 'native', '.clang-tidy', ''],
  ['tflint', 'terraform', '.tflint.hcl', ''],
]);

const buildTools = tools([
  ['turbo', 'node deno', 'turbo.json turbo.jsonc', 'turbo'],
  ['nx', 'node deno', 'nx.json', 'nx'],
  ['lerna', 'node deno', 'lerna.json', 'lerna'],
  ['rush', 'node deno', 'rush.json', ''],
  ['vite', 'node deno', 'vite.config.* electron.vite.config.*', 'vite'],
  ['rspack', 'node deno', 'rspack.config.*', '@rspack/core'],
  ['webpack', 'node deno', 'webpack.config.*', 'webpack react-scripts'],
  ['tsup', 'node deno', 'tsup.config.*', 'tsup'],
  ['tsdown', 'node deno', 'tsdown.config.*', 'tsdown'],
  ['rollup', 'node deno', 'rollup.config.*', 'rollup'],
  ['parcel', 'node deno', '', 'parcel'],
  ['esbuild', 'node deno', '', 'esbuild'],
  ['bun', 'node', '', '', /\bbun build\b/],
  ['deno', 'deno'],
  ['tsc', 'node', 'tsconfig.json', 'typescript'],
  ['uv', 'python', '', 'build:uv_build'],
  ['hatch', 'python', '', 'build:hatchling.build tool.hatch'],
  ['poetry', 'python', '', 'build:poetry.core.masonry.api tool.poetry'],
  ['flit', 'python', '', 'build:flit_core.buildapi'],
  ['pdm', 'python', '', 'build:pdm.backend'],
  ['maturin', 'python', '', 'build:maturin'],
  ['setuptools', 'python', 'setup.py setup.cfg', 'build:setuptools.build_meta'],
  ['cargo', 'rust'],
  ['go', 'go'],
  ['maven', 'maven'],
  ['gradle', 'gradle'],
  ['mix', 'elixir'],
  ['flutter', 'dart', '', 'flutter'],
  ['dotnet', 'dotnet'],
  ['swift', 'swift', 'Package.swift', ''],
  ['xcode', 'swift', 'Podfile', ''],
  ['rake', 'ruby', 'Rakefile', ''],
  ['cmake', 'native', 'CMakeLists.txt', ''],
  ['meson', 'native', 'meson.build', ''],
  ['autotools', 'native', 'configure.ac configure', ''],
  ['terraform', 'terraform'],
]);

const makers: readonly (readonly [file: string, tool: string])[] = [
  ['MODULE.bazel', 'bazel'],
  ['WORKSPACE', 'bazel'],
  ['build.zig', 'zig'],
  ['Makefile', 'make'],
  ['makefile', 'make'],
  ['GNUmakefile', 'make'],
  ['justfile', 'just'],
  ['Justfile', 'just'],
  ['Taskfile.yml', 'task'],
];

export interface Tools {
  readonly testRunner: string | null;
  readonly linter: string | null;
  readonly buildTool: string | null;
}

/** Of one ecosystem's part of a directory. */
export function toolsOf(ecosystem: string, seen: Seen, manifest: Merged): Tools {
  const find = (all: readonly Tool[]) => {
    const its = all.filter(({ ecosystems }) => ecosystems.includes(ecosystem));
    return its.find((tool) => isProven(tool, seen, manifest))?.name ?? its.find(({ always }) => always)?.name ?? null;
  };
  return { testRunner: find(testRunners), linter: find(linters), buildTool: find(buildTools) };
}

/** What builds any language, when it has no tool of its own. */
export function makerOf(seen: Seen): string | null {
  return makers.find(([file]) => seen.has(file))?.[1] ?? null;
}

function isProven({ files, packages, script }: Tool, seen: Seen, manifest: Merged): boolean {
  if (seen.has(...files) || depends(manifest, ...packages)) return true;
  // Longer ones were not typed by a person, and take long to search.
  return (
    script !== undefined &&
    [...manifest.scripts.values()].some((command) => command.length < 2000 && script.test(command))
  );
}

const services: readonly (readonly [name: string, ...files: string[]])[] = [
  ['GitLab CI', '.gitlab-ci.yml'],
  ['CircleCI', '.circleci/config.yml'],
  ['Travis CI', '.travis.yml'],
  ['Azure Pipelines', 'azure-pipelines.yml', '.azure-pipelines.yml'],
  ['Jenkins', 'Jenkinsfile'],
  ['Bitbucket Pipelines', 'bitbucket-pipelines.yml'],
  ['Drone', '.drone.yml'],
  ['Woodpecker', '.woodpecker.yml', '.woodpecker.yaml'],
  ['AppVeyor', 'appveyor.yml', '.appveyor.yml'],
  ['Buildkite', '.buildkite/pipeline.yml'],
  ['Cloud Build', 'cloudbuild.yaml', 'cloudbuild.yml'],
  ['AWS CodeBuild', 'buildspec.yml'],
  ['Cirrus CI', '.cirrus.yml'],
];
const workflows: readonly (readonly [name: string, directory: string])[] = [
  ['GitHub Actions', '.github/workflows'],
  ['Forgejo Actions', '.forgejo/workflows'],
  ['Gitea Actions', '.gitea/workflows'],
  ['Woodpecker', '.woodpecker'],
];

export function servicesOf(seen: Seen): string[] {
  const byDirectory = workflows.filter(([, directory]) => seen.in(directory).some((name) => /\.ya?ml$/.test(name)));
  const byFile = services.filter(([, ...files]) => seen.has(...files));
  return [...new Set([...byDirectory, ...byFile].map(([name]) => name))];
}
