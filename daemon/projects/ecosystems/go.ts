/** Go modules. */
import { commands, type Dependency, type Ecosystem, type Manifest } from './ecosystem.js';
import type { Seen } from './seen.js';
import { dependency, linesOf, word } from './text.js';

export const go: Ecosystem = {
  name: 'go',
  languages: ['Go'],
  manifests: ['go.mod', 'go.work'],
  locks: [],
  manager: 'go',
  read: (text, path) => (path.endsWith('go.work') ? { traits: ['workspace'] } : readModule(text)),
  commands({ seen }) {
    return commands({
      install: 'go mod download',
      dev: main(seen),
      test: 'go test ./...',
      build: 'go build ./...',
    });
  },
};

/** The only command of a module; of several nobody knows which. */
function main(seen: Seen): string | undefined {
  if (seen.has('main.go')) return 'go run .';
  const places = seen.paths.flatMap((path) => /^cmd\/([\w.-]+)\/main\.go$/.exec(path)?.[1] ?? []);
  return places.length === 1 ? `go run ./cmd/${places[0]}` : undefined;
}

/** What it needs directly. */
function readModule(text: string): Manifest {
  const dependencies: Dependency[] = [];
  let name: string | undefined;
  let inside = false;
  for (const line of linesOf(text)) {
    const [plain = '', comment = ''] = line.trim().split('//', 2);
    const words = plain.trim().split(/\s+/);
    if (words[0] === 'module') name = word(words[1]);
    if (words[0] === ')') inside = false;
    if (words[0] === 'require' && words[1] === '(') inside = true;
    else if (words[0] === 'require') words.shift();
    else if (!inside) continue;
    if (words.length === 2 && words[1]!.startsWith('v') && comment.trim() !== 'indirect')
      dependencies.push(...dependency(words[0], words[1], false));
  }
  return { ...(name !== undefined && { name }), dependencies };
}
