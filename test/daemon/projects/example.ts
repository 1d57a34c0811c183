/** How an example of a project is written down, and how what was found is said in the same words. */
import type { Found } from '../../../daemon/projects/detect.js';

export interface Example {
  readonly name: string;
  /** Paths of files whose text does not matter. */
  readonly empty: string;
  readonly texts: Readonly<Record<string, string>>;
  /** What it is; what is left out is null, false or nothing. */
  readonly is: Partial<Said>;
}

export type Said = ReturnType<typeof say>;

const dependency = ({ name, version }: { name: string; version: string | null }) =>
  version === null ? name : `${name} ${version}`;

/** The whole of it, in a form that can be read in a table. */
export function say({ languages, dependencies, ci, suggestedCommands, ...rest }: Found) {
  return {
    ...rest,
    languages: languages.map(({ name, files, percent }) => `${name} ${files} ${percent}%`).join(', '),
    needs: dependencies
      .filter(({ dev }) => !dev)
      .map(dependency)
      .join(', '),
    needsToMake: dependencies
      .filter(({ dev }) => dev)
      .map(dependency)
      .join(', '),
    ci: ci.join(', '),
    commands: suggestedCommands.map(({ label, command }) => `${label}: ${command}`),
  };
}

export const nothing: Said = {
  languages: '',
  primaryLanguage: null,
  category: 'unknown',
  framework: null,
  packageManager: null,
  needs: '',
  needsToMake: '',
  testRunner: null,
  linter: null,
  buildTool: null,
  ci: '',
  isMonorepo: false,
  commands: [],
  truncated: false,
};

/** Where a project's files are on disk, every one of them. */
export function filesOf({ empty, texts }: Example): Record<string, string> {
  const paths = empty.split(' ').filter((path) => path !== '');
  return { ...Object.fromEntries(paths.map((path) => [path, ''])), ...texts };
}
