/** Elixir projects: mix.exs. */
import { commands, type Ecosystem } from './ecosystem.js';
import { dependency, linesOf } from './text.js';

export const elixir: Ecosystem = {
  name: 'elixir',
  languages: ['Elixir'],
  manifests: ['mix.exs'],
  locks: [],
  manager: 'mix',
  read: (text) => ({
    dependencies: linesOf(text).flatMap((line) => {
      const found = /^\s*\{\s*:([a-z]\w*)\s*,\s*(?:"([^"]+)")?/.exec(line);
      return found ? dependency(found[1], found[2], /\bonly:\s*\[?\s*:(dev|test)/.test(line)) : [];
    }),
    traits: /\bapps_path:/.test(text) ? ['workspace'] : [],
  }),
  commands: ({ framework }) =>
    commands({
      install: 'mix deps.get',
      dev: framework === 'Phoenix' ? 'mix phx.server' : 'iex -S mix',
      test: 'mix test',
      build: 'mix compile',
    }),
};
