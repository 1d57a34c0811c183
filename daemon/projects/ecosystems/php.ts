/** PHP projects: composer.json. */
import { commands, type Ecosystem, scriptOf } from './ecosystem.js';
import { scriptsIn } from './node.js';
import { dependenciesIn, readJson, word } from './text.js';

export const php: Ecosystem = {
  name: 'php',
  languages: ['PHP', 'Blade'],
  manifests: ['composer.json'],
  marks: ['artisan', 'wp-config.php', 'wp-config-sample.php'],
  locks: [['composer.lock', 'composer']],
  manager: 'composer',
  read(text) {
    const fields = readJson(text);
    if (!fields) return undefined;
    const name = word(fields.name);
    const both = [...dependenciesIn(fields.require, false), ...dependenciesIn(fields['require-dev'], true)];
    return {
      ...(name !== undefined && { name }),
      // `php` and `ext-*` are the platform; every package has a vendor.
      dependencies: both.filter((each) => each.name.includes('/')),
      scripts: scriptsIn(fields.scripts),
      traits: fields.type === 'library' ? ['library'] : [],
    };
  },
  commands({ seen, manifest, framework, testRunner }) {
    const script = scriptOf(manifest, 'test');
    const laravel = framework === 'Laravel';
    return commands({
      install: seen.has('composer.json') && 'composer install',
      dev: laravel ? 'php artisan serve' : framework === 'Symfony' && 'symfony serve',
      test: script ? 'composer test' : laravel ? 'php artisan test' : testRunner !== null && `vendor/bin/${testRunner}`,
      build: scriptOf(manifest, 'build') && 'composer build',
    });
  },
};
