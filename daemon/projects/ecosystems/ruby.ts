/** Ruby projects: Gemfile, gemspec. */
import { commands, type Dependency, depends, type Ecosystem } from './ecosystem.js';
import { dependency, linesOf } from './text.js';

export const ruby: Ecosystem = {
  name: 'ruby',
  languages: ['Ruby'],
  manifests: ['Gemfile', '*.gemspec'],
  locks: [['Gemfile.lock', 'bundler']],
  manager: 'bundler',
  read: (text, path) => ({
    dependencies: path.endsWith('.gemspec') ? gemspec(text) : gemfile(text),
    traits: path.endsWith('.gemspec') ? ['library'] : [],
  }),
  commands({ seen, framework, manifest, testRunner }) {
    const rails = framework === 'Ruby on Rails';
    return commands({
      install: seen.has('Gemfile') && 'bundle install',
      dev: rails
        ? seen.has('bin/dev')
          ? 'bin/dev'
          : 'bin/rails server'
        : seen.has('config.ru') && 'bundle exec rackup',
      test:
        testRunner === 'rspec'
          ? 'bundle exec rspec'
          : rails
            ? 'bin/rails test'
            : seen.has('Rakefile') && 'bundle exec rake test',
      build: manifest.traits.includes('library') && !depends(manifest, 'rails') && 'bundle exec rake build',
    });
  },
};

/** Whether a group is for working on it. */
const DEV = /\b(development|test)\b/;

function gemfile(text: string): Dependency[] {
  const groups: boolean[] = [];
  return linesOf(text).flatMap((line) => {
    const plain = line.trim();
    if (/\bdo\b(\s*\|\w*\|)?$/.test(plain)) groups.push(plain.startsWith('group') && DEV.test(plain));
    if (plain === 'end') groups.pop();
    const found = /^gem\s*\(?\s*['"]([^'"]+)['"](?:\s*,\s*['"]([^'"]+)['"])?/.exec(plain);
    if (!found) return [];
    return dependency(found[1], found[2], groups.includes(true) || (/\bgroups?:/.test(plain) && DEV.test(plain)));
  });
}

function gemspec(text: string): Dependency[] {
  return linesOf(text).flatMap((line) => {
    const found = /\.add_(development_|runtime_)?dependency\s*\(?\s*['"]([^'"]+)['"](?:\s*,\s*['"]([^'"]+)['"])?/.exec(
      line,
    );
    return found ? dependency(found[2], found[3], found[1] === 'development_') : [];
  });
}
