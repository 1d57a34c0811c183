/** Projects with a deno.json. */
import { commands, type Ecosystem, scriptOf } from './ecosystem.js';
import { scriptsIn } from './node.js';
import { dependency, fieldsOf, readJsonc, word } from './text.js';

export const deno: Ecosystem = {
  name: 'deno',
  languages: ['TypeScript', 'JavaScript'],
  manifests: ['deno.json', 'deno.jsonc'],
  locks: [],
  manager: 'deno',
  read(text) {
    const fields = readJsonc(text);
    if (!fields) return undefined;
    const name = word(fields.name);
    return {
      ...(name !== undefined && { name }),
      dependencies: Object.values(fieldsOf(fields.imports)).flatMap(imported),
      scripts: scriptsIn(fields.tasks),
      traits: [
        ...(fields.workspace === undefined ? [] : (['workspace'] as const)),
        ...(fields.exports === undefined ? [] : (['library'] as const)),
      ],
    };
  },
  commands({ seen, manifest }) {
    const task = (...names: readonly string[]) => {
      const name = scriptOf(manifest, ...names);
      return name === undefined ? undefined : `deno task ${name}`;
    };
    const main = seen.first('main.ts', 'main.tsx', 'mod.ts');
    return commands({
      install: 'deno install',
      dev: task('dev', 'start', 'serve') ?? (main?.startsWith('main') ? `deno run ${main}` : undefined),
      test: task('test') ?? 'deno test',
      build: task('build', 'compile'),
    });
  },
};

/** `jsr:@std/assert@^1.0.0/path` and `npm:...`; files and URLs are no packages. */
function imported(target: unknown) {
  const found = /^(?:jsr|npm):\/?((?:@[^/@]+\/)?[^/@]+)(?:@([^/]+))?/.exec(word(target) ?? '');
  return found ? dependency(found[1], found[2], false) : [];
}
