/** Languages by the endings of files. */

/** What a directory is written in comes first; the others only say something when there is nothing else. */
const programming: Readonly<Record<string, string>> = {
  TypeScript: 'ts tsx mts cts',
  JavaScript: 'js jsx mjs cjs',
  Vue: 'vue',
  Svelte: 'svelte',
  Astro: 'astro',
  Python: 'py pyw pyi pyx',
  'Jupyter Notebook': 'ipynb',
  Rust: 'rs',
  Go: 'go',
  Ruby: 'rb rake gemspec',
  PHP: 'php',
  Java: 'java',
  Kotlin: 'kt kts',
  Scala: 'scala sc',
  Groovy: 'groovy',
  Clojure: 'clj cljs cljc',
  Elixir: 'ex exs',
  Erlang: 'erl hrl',
  Gleam: 'gleam',
  Haskell: 'hs lhs',
  OCaml: 'ml mli',
  Elm: 'elm',
  C: 'c h',
  'C++': 'cpp cc cxx hpp hh hxx ino',
  'Objective-C': 'm mm',
  Swift: 'swift',
  'C#': 'cs',
  'F#': 'fs fsx fsi',
  'Visual Basic': 'vb',
  Dart: 'dart',
  Lua: 'lua',
  Perl: 'pl pm',
  R: 'r rmd',
  Julia: 'jl',
  Zig: 'zig',
  Nim: 'nim',
  Crystal: 'cr',
  D: 'd',
  Fortran: 'f90 f95 f03 f',
  Assembly: 'asm s',
  Solidity: 'sol',
  GDScript: 'gd',
  'Emacs Lisp': 'el',
  'Vim Script': 'vim',
  HCL: 'tf hcl tofu',
  Nix: 'nix',
};
const others: Readonly<Record<string, string>> = {
  HTML: 'html htm',
  CSS: 'css',
  SCSS: 'scss sass',
  Less: 'less',
  Blade: '',
  ERB: 'erb',
  Jinja: 'j2 jinja jinja2',
  HEEx: 'heex leex',
  Handlebars: 'hbs',
  Pug: 'pug',
  SQL: 'sql',
  GraphQL: 'graphql gql',
  'Protocol Buffers': 'proto',
  Shell: 'sh bash zsh fish',
  PowerShell: 'ps1 psm1',
  Batchfile: 'bat cmd',
};

const byEnding = new Map(
  Object.entries({ ...programming, ...others }).flatMap(([name, endings]) =>
    endings.split(' ').flatMap((ending) => [[ending, name] as const, [ending.toUpperCase(), name] as const]),
  ),
);

/** Settings of tools that are written in a language, and what machines make: neither says what a project is written in. */
const SETTINGS = /^\.|\.config\.[a-z]+$|\.gradle\.kts$|\.min\.(js|css)$|\.d\.ts$/;

function languageOf(path: string): string | undefined {
  const start = path.lastIndexOf('/') + 1;
  const dot = path.lastIndexOf('.');
  if (dot <= start) return undefined;
  const language = byEnding.get(path.slice(dot + 1));
  // Most names have a single dot, and there are many.
  if (language === undefined || path.indexOf('.', start) === dot) return language;
  const name = path.slice(start);
  if (name.endsWith('.blade.php')) return 'Blade';
  return SETTINGS.test(name) ? undefined : language;
}

export interface Language {
  readonly name: string;
  readonly files: number;
  /** Of the files that have a language; one decimal. */
  readonly percent: number;
}

/** Most files first, then by name. */
export function languagesOf(paths: readonly string[]): Language[] {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const language = languageOf(path);
    if (language !== undefined) counts.set(language, (counts.get(language) ?? 0) + 1);
  }
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts]
    .map(([name, files]) => ({ name, files, percent: Math.round((files * 1000) / all) / 10 }))
    .sort((a, b) => b.files - a.files || (a.name < b.name ? -1 : 1));
}

/** What it is mostly written in; null when there is nothing that is written. */
export function primaryOf(languages: readonly Language[]): string | null {
  return (languages.find(({ name }) => Object.hasOwn(programming, name)) ?? languages[0])?.name ?? null;
}
