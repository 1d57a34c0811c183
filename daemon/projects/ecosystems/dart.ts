/** Dart and Flutter projects: pubspec.yaml. */
import { commands, type Dependency, type Ecosystem } from './ecosystem.js';
import { dependency, linesOf } from './text.js';

export const dart: Ecosystem = {
  name: 'dart',
  languages: ['Dart'],
  manifests: ['pubspec.yaml', 'melos.yaml'],
  locks: [],
  manager: 'pub',
  read: (text, path) =>
    path.endsWith('melos.yaml')
      ? { traits: ['workspace'] }
      : { dependencies: read(text), traits: /^workspace:/m.test(text) ? ['workspace'] : [] },
  commands({ framework }) {
    const flutter = framework === 'Flutter';
    const program = flutter ? 'flutter' : 'dart';
    return commands({
      install: `${program} pub get`,
      dev: `${program} run`,
      test: `${program} test`,
      build: flutter && 'flutter build apk',
    });
  },
};

/** The two tables of dependencies: names are indented once, what is said of one further. */
function read(text: string): Dependency[] {
  let section = '';
  return linesOf(text).flatMap((line) => {
    const heading = /^([a-z_]+):/.exec(line);
    if (heading) section = heading[1]!;
    const found = /^ {2}([a-z]\w*):\s*(?:["']?([^"'#\s]+)["']?)?/.exec(line);
    if (!found || (section !== 'dependencies' && section !== 'dev_dependencies')) return [];
    return dependency(found[1], found[2], section === 'dev_dependencies');
  });
}
