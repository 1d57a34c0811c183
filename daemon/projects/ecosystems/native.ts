/** C and C++ projects, and whatever else is built by CMake, Meson or make. */
import {
  type Commands,
  commands,
  type Dependency,
  depends,
  type Ecosystem,
  type Facts,
  type Manifest,
  scriptOf,
  type Trait,
} from './ecosystem.js';
import { nameOf } from './seen.js';
import { dependency, fieldsOf, linesOf, listOf, readJson } from './text.js';

export const native: Ecosystem = {
  name: 'native',
  languages: ['C', 'C++', 'Objective-C', 'Fortran', 'Assembly'],
  manifests: ['CMakeLists.txt', 'meson.build', 'vcpkg.json', 'conanfile.txt'],
  marks: ['configure.ac', 'configure'],
  locks: [
    ['vcpkg.json', 'vcpkg'],
    ['conanfile.txt', 'conan'],
    ['conanfile.py', 'conan'],
  ],
  manager: null,
  read(text, path) {
    const name = nameOf(path);
    if (name === 'vcpkg.json') return readVcpkg(text);
    if (name === 'conanfile.txt') return { dependencies: linesOf(text).flatMap(conan) };
    return name === 'CMakeLists.txt'
      ? readCmake(text)
      : { traits: /^[ \t]*executable\(/m.test(text) ? ['program'] : [] };
  },
  commands({ seen, packageManager, manifest }: Facts): Commands {
    const install = packageManager === 'conan' && 'conan install . --build=missing';
    if (seen.has('CMakeLists.txt'))
      return commands({
        install,
        test: depends(manifest, 'enable_testing') && 'ctest --test-dir build',
        build: 'cmake -B build && cmake --build build',
      });
    if (seen.has('meson.build'))
      return commands({ install, test: 'meson test -C build', build: 'meson setup build && meson compile -C build' });
    return commands({ install, build: seen.has('configure') && './configure && make' });
  },
};

/** Targets by name, for what no other ecosystem knows a command. */
export const make: Ecosystem = {
  name: 'make',
  languages: [],
  manifests: ['Makefile', 'makefile', 'GNUmakefile', 'justfile', 'Justfile'],
  locks: [],
  manager: null,
  read: (text) => ({
    scripts: new Map(
      linesOf(text).flatMap((line) =>
        [...(/^([a-z][\w-]*)(?:\s+[\w '"=]*)?:(?!=)/.exec(line)?.slice(1, 2) ?? [])].map((target) => [target, '']),
      ),
    ),
  }),
  commands({ seen, manifest }) {
    const program = seen.has('Makefile', 'makefile', 'GNUmakefile') ? 'make' : 'just';
    const target = (...names: readonly string[]) => {
      const name = scriptOf(manifest, ...names);
      return name === undefined ? undefined : `${program} ${name}`;
    };
    return commands({
      install: target('install-deps', 'deps', 'setup', 'bootstrap'),
      dev: target('dev', 'run', 'serve', 'start', 'watch'),
      test: target('test', 'tests', 'check'),
      build: target('build', 'all', 'compile'),
    });
  },
};

function readVcpkg(text: string): Manifest | undefined {
  const fields = readJson(text);
  return (
    fields && {
      dependencies: listOf(fields.dependencies).flatMap((each) =>
        dependency(typeof each === 'string' ? each : fieldsOf(each).name, fieldsOf(each)['version>='], false),
      ),
    }
  );
}

/** `zlib/1.3.1`. */
function conan(line: string): Dependency[] {
  const found = /^([a-z0-9][\w.+-]*)\/([\w.+-]+)\s*$/.exec(line);
  return found ? dependency(found[1], found[2], false) : [];
}

function readCmake(text: string): Manifest {
  const traits: Trait[] = [];
  const dependencies: Dependency[] = [];
  const plugins: string[] = [];
  for (const line of linesOf(text)) {
    const [, call = '', target = '', rest = ''] = /^\s*(\w+)\s*\(\s*([\w.+:-]*)\s*([^\s)]*)/.exec(line) ?? [];
    const name = call.toLowerCase();
    if (name === 'find_package') dependencies.push(...dependency(target, /^\d/.test(rest) ? rest : undefined, false));
    if (name === 'add_executable' && !/test/i.test(target)) traits.push('program');
    if (name === 'add_library') traits.push('library');
    if (name === 'enable_testing' || (name === 'include' && target === 'CTest')) plugins.push('enable_testing');
  }
  return { dependencies, plugins, traits };
}
