/** Swift packages and Apple projects. */
import { commands, type Ecosystem } from './ecosystem.js';
import { dependency, linesOf } from './text.js';

export const swift: Ecosystem = {
  name: 'swift',
  languages: ['Swift', 'Objective-C'],
  manifests: ['Package.swift', 'Podfile'],
  locks: [
    ['Podfile.lock', 'cocoapods'],
    ['Podfile', 'cocoapods'],
  ],
  manager: 'swift',
  read: (text, path) => (path.endsWith('Podfile') ? readPods(text) : readPackage(text)),
  commands: ({ seen, packageManager, manifest: { traits } }) =>
    packageManager === 'cocoapods' || !seen.has('Package.swift')
      ? commands({ install: seen.has('Podfile') && 'pod install' })
      : commands({
          install: 'swift package resolve',
          dev: traits.includes('program') && 'swift run',
          test: 'swift test',
          build: 'swift build',
        }),
};

function readPackage(text: string) {
  return {
    dependencies: linesOf(text).flatMap((line) => {
      const found = /\.package\(.*?url:\s*"[^"]*\/([\w.-]+?)(?:\.git)?"(?:.*?"([\d.]+)")?/.exec(line.slice(0, 1000));
      return found ? dependency(found[1], found[2], false) : [];
    }),
    traits: text.includes('.executableTarget(')
      ? (['program'] as const)
      : text.includes('.library(')
        ? (['library'] as const)
        : [],
  };
}

function readPods(text: string) {
  return {
    dependencies: linesOf(text).flatMap((line) => {
      const found = /^\s*pod\s+['"]([^'"]+)['"](?:\s*,\s*['"]([^'"]+)['"])?/.exec(line);
      return found ? dependency(found[1], found[2], false) : [];
    }),
    plugins: ['cocoapods'],
  };
}
