/** What is asked of each ecosystem: which files speak of it, what they say, and how its projects are run. */
import type { Seen } from './seen.js';

export interface Dependency {
  readonly name: string;
  readonly version: string | null;
  /** Needed to work on it, not to use it. */
  readonly dev: boolean;
}

/** Several packages, something to run, something others use. */
export type Trait = 'workspace' | 'program' | 'library';

/** What one file says, or several together. */
export interface Manifest {
  readonly name?: string;
  readonly dependencies?: readonly Dependency[];
  /** Plugins, SDKs and sections: they tell as much as dependencies, but are none. */
  readonly plugins?: readonly string[];
  /** What can be run by name, such as the scripts of a package.json; the command behind each. */
  readonly scripts?: ReadonlyMap<string, string>;
  readonly traits?: readonly Trait[];
  /** Where the file itself names it. */
  readonly packageManager?: string;
}

export type Label = 'install' | 'dev' | 'test' | 'build';
export type Commands = Partial<Record<Label, string>>;

/** What is known by the time commands are suggested. */
export interface Facts {
  readonly seen: Seen;
  readonly manifest: Merged;
  readonly packageManager: string | null;
  readonly framework: string | null;
  readonly testRunner: string | null;
}

export interface Ecosystem {
  readonly name: string;
  /** Of several ecosystems in one directory the one with most files in its languages leads. */
  readonly languages: readonly string[];
  /** Names of the files that are read; `*.ext` stands for all with that ending. */
  readonly manifests: readonly string[];
  /** Files that say as much, but are not read. */
  readonly marks?: readonly string[];
  /** Whether files of directories below count as much as those of the root. */
  readonly everywhere?: boolean;
  /** Undefined when the text makes no sense. */
  read(text: string, path: string): Manifest | undefined;
  /** Package managers by what each leaves behind, the surest first. */
  readonly locks: readonly (readonly [file: string, manager: string])[];
  /** When there is no lock file. */
  readonly manager: string | null;
  commands(facts: Facts): Commands;
}

/** Several manifests as one. */
export type Merged = Manifest &
  Required<Pick<Manifest, 'dependencies' | 'plugins' | 'scripts' | 'traits'>> & {
    /** Names of dependencies and plugins. */
    readonly known: ReadonlySet<string>;
  };

/** Of two that speak of the same thing the first counts. What the manifests themselves are of is no dependency. */
export function merge(manifests: readonly Manifest[]): Merged {
  const own = new Set(manifests.map(({ name }) => name));
  const dependencies = new Map<string, Dependency>();
  for (const dependency of manifests.flatMap((manifest) => manifest.dependencies ?? [])) {
    const known = dependencies.get(dependency.name);
    // What is needed to run it somewhere is needed.
    if (!own.has(dependency.name) && (!known || (known.dev && !dependency.dev)))
      dependencies.set(dependency.name, dependency);
  }
  const plugins = [...new Set(manifests.flatMap((manifest) => manifest.plugins ?? []))];
  const packageManager = manifests.find((manifest) => manifest.packageManager !== undefined)?.packageManager;
  return {
    ...(packageManager !== undefined && { packageManager }),
    dependencies: [...dependencies.values()],
    plugins,
    scripts: new Map(manifests.toReversed().flatMap((manifest) => [...(manifest.scripts ?? [])])),
    traits: [...new Set(manifests.flatMap((manifest) => manifest.traits ?? []))],
    known: new Set([...dependencies.keys(), ...plugins]),
  };
}

export function depends({ known }: Pick<Merged, 'known'>, ...names: readonly string[]): boolean {
  return names.some((name) => known.has(name));
}

/** The first of these that can be run by name. */
export function scriptOf({ scripts }: Merged, ...names: readonly string[]): string | undefined {
  return names.find((name) => scripts.has(name));
}

/** Without labels that have no command. */
export function commands(given: Readonly<Record<string, string | false | undefined>>): Commands {
  return Object.fromEntries(Object.entries(given).filter(([, command]) => command)) as Commands;
}
