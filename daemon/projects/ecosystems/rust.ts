/** Rust projects: Cargo.toml. */
import { commands, type Ecosystem, type Manifest } from './ecosystem.js';
import { dependenciesIn, fieldsOf, listOf, readToml, word } from './text.js';

export const rust: Ecosystem = {
  name: 'rust',
  languages: ['Rust'],
  manifests: ['Cargo.toml'],
  locks: [],
  manager: 'cargo',
  read,
  commands({ seen, manifest: { traits } }) {
    const all = traits.includes('workspace') ? ' --workspace' : '';
    return commands({
      install: 'cargo fetch',
      dev: (seen.has('src/main.rs') || (traits.includes('program') && all === '')) && 'cargo run',
      test: `cargo test${all}`,
      build: `cargo build${all}`,
    });
  },
};

function read(text: string): Manifest | undefined {
  const fields = readToml(text);
  if (!fields) return undefined;
  const { workspace, target } = fields;
  const name = word(fieldsOf(fields.package).name);
  const tables = [fields, ...Object.values(fieldsOf(target)).map(fieldsOf)];
  return {
    ...(name !== undefined && { name }),
    dependencies: [
      ...tables.flatMap((table) => dependenciesIn(table.dependencies, false)),
      ...dependenciesIn(fieldsOf(workspace).dependencies, false),
      ...tables.flatMap((table) => dependenciesIn(table['dev-dependencies'], true)),
      ...tables.flatMap((table) => dependenciesIn(table['build-dependencies'], true)),
    ],
    traits: [
      ...(workspace === undefined ? [] : (['workspace'] as const)),
      ...(listOf(fields.bin).length > 0 ? (['program'] as const) : []),
      ...(fields.lib === undefined ? [] : (['library'] as const)),
    ],
  };
}
