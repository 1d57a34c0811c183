/** Projects with a package.json: npm, pnpm, yarn, bun. */
import {
  type Commands,
  commands,
  type Ecosystem,
  type Facts,
  type Manifest,
  scriptOf,
  type Trait,
} from './ecosystem.js';
import { dependenciesIn, type Fields, fieldsOf, listOf, readJson, word } from './text.js';

export const node: Ecosystem = {
  name: 'node',
  languages: ['TypeScript', 'JavaScript', 'Vue', 'Svelte', 'Astro'],
  manifests: ['package.json', 'pnpm-workspace.yaml', 'lerna.json', 'nx.json', 'rush.json'],
  locks: [
    ['pnpm-lock.yaml', 'pnpm'],
    ['yarn.lock', 'yarn'],
    ['bun.lock', 'bun'],
    ['bun.lockb', 'bun'],
    ['package-lock.json', 'npm'],
    ['npm-shrinkwrap.json', 'npm'],
    ['pnpm-workspace.yaml', 'pnpm'],
    ['.yarnrc.yml', 'yarn'],
    ['bunfig.toml', 'bun'],
  ],
  manager: 'npm',
  read: (text, path) => (path.endsWith('package.json') ? readPackage(text) : { traits: ['workspace'] }),
  commands: ({ seen, manifest, packageManager, testRunner }: Facts): Commands => {
    const manager = packageManager ?? 'npm';
    const run = (...names: readonly string[]) => runs(manager, scriptOf(manifest, ...names));
    return commands({
      install: seen.has('package.json') && `${manager} install`,
      dev: run('dev', 'start:dev', 'develop', 'serve', 'start', 'watch'),
      test: run('test', 'tests', 'test:unit') ?? runner(manager, testRunner),
      build: run('build', 'compile', 'dist'),
    });
  },
};

/** `bun test` runs bun's own runner, whatever the script says. */
function runs(manager: string, script: string | undefined): string | undefined {
  if (script === undefined) return undefined;
  if (manager === 'bun') return `bun run ${script}`;
  if (manager === 'npm' && script !== 'test' && script !== 'start') return `npm run ${script}`;
  return `${manager} ${script}`;
}

const runners: Readonly<Record<string, string>> = {
  vitest: 'vitest run',
  jest: 'jest',
  mocha: 'mocha',
  ava: 'ava',
  playwright: 'playwright test',
};

/** The test runner itself, where no script calls it. */
function runner(manager: string, name: string | null): string | undefined {
  if (name === 'bun test') return name;
  const command = runners[name ?? ''];
  if (command === undefined) return undefined;
  const call = { npm: 'npx', pnpm: 'pnpm exec', bun: 'bunx' }[manager] ?? manager;
  return `${call} ${command}`;
}

function readPackage(text: string): Manifest | undefined {
  const fields = readJson(text);
  if (!fields) return undefined;
  const name = word(fields.name);
  const manager = /^(npm|pnpm|yarn|bun)@/.exec(word(fields.packageManager) ?? '')?.[1];
  return {
    ...(name !== undefined && { name }),
    ...(manager !== undefined && { packageManager: manager }),
    dependencies: [
      ...dependenciesIn(fields.dependencies, false),
      ...dependenciesIn(fields.optionalDependencies, false),
      ...dependenciesIn(fields.devDependencies, true),
      // Most are there a second time, for working on it.
      ...dependenciesIn(fields.peerDependencies, false),
    ],
    // A few tools are set up in the manifest itself.
    plugins: ['jest', 'mocha', 'ava', 'eslintConfig']
      .filter((key) => Object.hasOwn(fields, key))
      .map((key) => `package.json:${key}`),
    scripts: scriptsIn(fields.scripts),
    traits: traitsOf(fields),
  };
}

function traitsOf(fields: Fields): Trait[] {
  const has = (...keys: string[]) => keys.some((key) => fields[key] !== undefined && fields[key] !== null);
  const workspaces = listOf(fields.workspaces).length > 0 || listOf(fieldsOf(fields.workspaces).packages).length > 0;
  return [
    ...(workspaces ? (['workspace'] as const) : []),
    ...(has('bin') ? (['program'] as const) : []),
    ...(has('exports', 'main', 'module', 'types') && fields.private !== true ? (['library'] as const) : []),
  ];
}

/** What `npm init` leaves behind is no test. */
export function scriptsIn(table: unknown): Map<string, string> {
  return new Map(
    Object.entries(fieldsOf(table)).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && !entry[1].includes('no test specified'),
    ),
  );
}
