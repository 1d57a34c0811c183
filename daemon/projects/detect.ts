/** What a project is, from the paths of its files and the texts of its manifests. */
import type { Project } from '#protocol';
import { categoryOf } from './category.js';
import { type Commands, type Ecosystem, type Label, type Merged, merge } from './ecosystems/ecosystem.js';
import { ecosystems, type Said } from './ecosystems/index.js';
import { createSeen, type Listing, type Seen } from './ecosystems/seen.js';
import { type Framework, frameworkOf } from './frameworks.js';
import { type Language, languagesOf, primaryOf } from './languages.js';
import { makerOf, servicesOf, type Tools, toolsOf } from './tools.js';

/** Everything about a project that its files tell. */
export type Found = Omit<Project, 'folderId' | 'path' | 'state' | 'error' | 'git' | 'detectedAt'>;

/** Dependencies kept; more are a list nobody reads. */
const DEPENDENCIES = 300;

/** One ecosystem's part of a directory. */
interface Part {
  readonly ecosystem: Ecosystem;
  /** Whether it is an ecosystem of the directory itself, not only of directories below. */
  readonly isRoot: boolean;
  /** Of the root, or of everywhere when the root has none. */
  readonly manifest: Merged;
  /** Of all its manifests. */
  readonly whole: Merged;
}

/** `said` is what each of the manifests says. */
export function detect(listing: Listing, said: readonly Said[]): Found {
  const seen = createSeen(listing);
  const languages = languagesOf(seen.paths);
  const parts = partsOf(seen, said, languages);
  const lead = parts[0];
  const isMonorepo = parts.some(({ manifest }) => manifest.traits.includes('workspace'));
  const manifest = merge(parts.map((part) => (isMonorepo ? part.whole : part.manifest)));
  const framework = findFramework(parts, seen, isMonorepo);
  const tools = findTools(parts, seen, isMonorepo);
  const packageManager = lead ? managerOf(lead, seen) : null;
  const primaryLanguage = primaryOf(languages);
  const dependencies = [...manifest.dependencies].sort(byUse);
  return {
    languages,
    primaryLanguage,
    category: framework?.category ?? categoryOf({ seen, manifest, languages, primaryLanguage }),
    framework: framework?.name ?? null,
    packageManager,
    dependencies: dependencies.slice(0, DEPENDENCIES),
    ...tools,
    buildTool: (isMonorepo ? undefined : framework?.buildTool) ?? tools.buildTool,
    ci: servicesOf(seen),
    isMonorepo,
    suggestedCommands: suggest(parts, seen, framework?.name ?? null),
    truncated: seen.truncated || dependencies.length > DEPENDENCIES,
  };
}

/** The parts there are, the leading one first. Those of the root count; only when it has none those below. */
function partsOf(seen: Seen, said: readonly Said[], languages: readonly Language[]): Part[] {
  const all = ecosystems.flatMap((ecosystem) => partOf(ecosystem, seen, said));
  const atRoot = all.filter(({ isRoot }) => isRoot);
  const files = ({ ecosystem }: Part) =>
    languages.reduce((sum, { name, files }) => sum + (ecosystem.languages.includes(name) ? files : 0), 0);
  return (atRoot.length > 0 ? atRoot : all).sort((a, b) => files(b) - files(a));
}

function partOf(ecosystem: Ecosystem, seen: Seen, said: readonly Said[]): Part[] {
  const its = said.filter((each) => each.ecosystem === ecosystem);
  const top = its.filter(({ path }) => !path.includes('/'));
  const isRoot = top.length > 0 || seen.has(...(ecosystem.marks ?? []));
  if (its.length === 0 && !isRoot) return [];
  const whole = merge(its.map(({ manifest }) => manifest));
  const own = merge(top.map(({ manifest }) => manifest));
  return [{ ecosystem, isRoot, whole, manifest: isRoot && !ecosystem.everywhere ? own : whole }];
}

/** Of the leading part first; in a monorepo also that of a package. */
function findFramework(parts: readonly Part[], seen: Seen, isMonorepo: boolean): Framework | undefined {
  for (const manifestOf of [(part: Part) => part.manifest, ...(isMonorepo ? [(part: Part) => part.whole] : [])]) {
    for (const part of parts) {
      const found = frameworkOf(part.ecosystem.name, seen, manifestOf(part));
      if (found) return found;
    }
  }
  return undefined;
}

/** Of the leading part; what it lacks, of the others. */
function findTools(parts: readonly Part[], seen: Seen, isMonorepo: boolean): Tools {
  const all = parts.map(({ ecosystem, manifest, whole }) =>
    toolsOf(ecosystem.name, seen, isMonorepo ? whole : manifest),
  );
  const first = (tool: keyof Tools) => all.find((tools) => tools[tool] !== null)?.[tool] ?? null;
  return { testRunner: first('testRunner'), linter: first('linter'), buildTool: first('buildTool') ?? makerOf(seen) };
}

/** By the lock file; of several the one that the manifest speaks of. */
function managerOf({ ecosystem, manifest }: Part, seen: Seen): string | null {
  const locked = ecosystem.locks.filter(([file]) => seen.has(file)).map(([, manager]) => manager);
  const named = manifest.packageManager;
  if (named !== undefined && (locked.length === 0 || locked.includes(named))) return named;
  return locked[0] ?? ecosystem.manager;
}

const labels: readonly Label[] = ['install', 'dev', 'test', 'build'];

/** For each purpose the command of the leading part, else of the next that has one. They are for the directory itself. */
function suggest(parts: readonly Part[], seen: Seen, framework: string | null): Project['suggestedCommands'] {
  const all = parts
    .filter(({ isRoot }) => isRoot)
    .map((part): Commands => {
      const { ecosystem, manifest } = part;
      const { testRunner } = toolsOf(ecosystem.name, seen, manifest);
      return ecosystem.commands({ seen, manifest, framework, testRunner, packageManager: managerOf(part, seen) });
    });
  return labels.flatMap((label) => {
    const command = all.find((commands) => commands[label] !== undefined)?.[label];
    return command === undefined ? [] : [{ label, command }];
  });
}

/** What it needs to run before what it needs to be made, each by name. */
function byUse(a: { name: string; dev: boolean }, b: { name: string; dev: boolean }): number {
  return Number(a.dev) - Number(b.dev) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}
