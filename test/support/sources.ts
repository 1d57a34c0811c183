/** The files of the repository as git sees them, and what each TypeScript source imports. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './documents.js';

export interface Source {
  /** From the root of the repository, such as `daemon/rpc/serve.ts`. */
  readonly path: string;
  readonly text: string;
  /** Files of this repository by their path, other packages by name, Node's own modules as `node`. */
  readonly imports: readonly string[];
}

/** Every file that is tracked, or new and not ignored. */
export function repositoryFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  return listed
    .toString()
    .split('\0')
    .filter((path) => path && existsSync(join(root, path)));
}

export function readSources(): Source[] {
  return repositoryFiles()
    .filter((path) => path.endsWith('.ts'))
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return { path, text, imports: importsOf(path, text) };
    });
}

/** Targets of static imports, re-exports and dynamic imports; those of types too. */
export function importsOf(path: string, text: string): string[] {
  const forms = [/^(?:import|export)\b[^;]*?\bfrom\s+'([^']+)'/gm, /^import\s+'([^']+)'/gm, /\bimport\(\s*'([^']+)'/g];
  const found = forms.flatMap((form) => [...text.matchAll(form)].map(([, target]) => resolve(path, target!)));
  return [...new Set(found)];
}

function resolve(path: string, target: string): string {
  if (target.startsWith('node:')) return 'node';
  if (target.startsWith('.')) return join(dirname(path), target).replace(/\.js$/, '.ts');
  if (target === '#protocol' || target === '#client') return `${target.slice(1)}/index.ts`;
  if (target.startsWith('#')) return `${target.slice(1)}.ts`;
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
}
