/** What was seen of a directory, and questions to it. */

export interface Listing {
  /** Files, relative to the directory, with `/` between the parts. */
  readonly paths: readonly string[];
  /** Of all manifests among them; empty where one could not be read. */
  readonly texts: ReadonlyMap<string, string>;
  /** Whether there is more than was looked at. */
  readonly truncated: boolean;
}

export interface Seen extends Listing {
  /** Whether one of these files is there; `name.*` stands for any ending of a configuration, `*.ext` for any such file. */
  has(...names: readonly string[]): boolean;
  /** The first of these that is there. */
  first(...names: readonly string[]): string | undefined;
  /** Names of the files directly in a directory. */
  in(directory: string): readonly string[];
  /** Whether there is any file in this directory or below. */
  under(directory: string): boolean;
}

/** Endings of configuration files. */
const ENDINGS = [
  'js',
  'mjs',
  'cjs',
  'ts',
  'mts',
  'cts',
  'json',
  'jsonc',
  'yml',
  'yaml',
  'toml',
  'config.js',
  'config.ts',
];

export function createSeen(listing: Listing): Seen {
  const { paths } = listing;
  const files = new Set(paths);
  const endings = new Set(paths.filter((path) => !path.includes('/')).map((name) => name.slice(name.lastIndexOf('.'))));
  const find = (name: string): string | undefined => {
    if (name.startsWith('*.')) return endings.has(name.slice(1)) ? name : undefined;
    if (!name.endsWith('.*')) return files.has(name) ? name : undefined;
    const stem = name.slice(0, -1);
    return ENDINGS.map((ending) => stem + ending).find((path) => files.has(path));
  };
  const first = (...names: readonly string[]) => {
    for (const name of names) {
      const found = find(name);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return {
    ...listing,
    first,
    has: (...names) => first(...names) !== undefined,
    in(directory) {
      const start = `${directory}/`;
      return paths.filter((path) => path.startsWith(start) && !path.includes('/', start.length)).map(nameOf);
    },
    under: (directory) => paths.some((path) => path.startsWith(`${directory}/`)),
  };
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Whether a file is meant by its name, by a name with one `*`, or by such a name and its directory. */
export function fits(path: string, pattern: string): boolean {
  const name = pattern.includes('/') ? path.slice(path.lastIndexOf('/', path.lastIndexOf('/') - 1) + 1) : nameOf(path);
  const [start = '', end] = pattern.split('*');
  if (end === undefined) return name === pattern;
  return name.length >= pattern.length - 1 && name.startsWith(start) && name.endsWith(end);
}
