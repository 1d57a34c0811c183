/** Bundles what tsc made into dist: the command line and its completion, MCP, the daemon, the bridge with its MCP, and the manual. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));

/** The same source gives the same build where somebody says when it is. */
const date = new Date((process.env.SOURCE_DATE_EPOCH ?? Date.now() / 1000) * 1000).toISOString().slice(0, 10);

/** What is loaded only when it must be: files of their own, found beside the one that loads them. */
const later = {
  './full.js': './rdv-full.cjs',
  './complete.js': './rdv-complete.cjs',
  '../mcp/main.js': './rdv-mcp.cjs',
  './carrier/carrier.js': './rdv-bridge-mcp.cjs',
};
const apart = {
  name: 'apart',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\.?\// }, ({ path }) => later[path] && { path: later[path], external: true }),
};

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
  define: { RDV_VERSION: JSON.stringify(version), RDV_BUILT: JSON.stringify(date) },
  external: ['better-sqlite3', 'node-pty', '@xterm/headless', 'bufferutil', 'utf-8-validate'],
};
const shebang = { js: '#!/usr/bin/env node' };

/** The loader of ES modules would read each of these twice, and takes its own time to come up. */
const byRequire = { 'dynamic-import': false };

const bundles = [
  { entry: 'out/client/cli/main.js', outfile: 'dist/rdv.cjs', plugins: [apart], supported: byRequire, banner: shebang },
  {
    entry: 'out/client/cli/full.js',
    outfile: 'dist/rdv-full.cjs',
    plugins: [apart],
    supported: byRequire,
    // What it has for `require` hides its files from a bundler.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  },
  { entry: 'out/client/cli/complete.js', outfile: 'dist/rdv-complete.cjs' },
  { entry: 'out/client/mcp/main.js', outfile: 'dist/rdv-mcp.cjs' },
  {
    entry: 'out/bridge-http/main.js',
    outfile: 'dist/rdv-bridge.cjs',
    plugins: [apart],
    supported: byRequire,
    banner: shebang,
  },
  { entry: 'out/bridge-http/mcp/carrier/carrier.js', outfile: 'dist/rdv-bridge-mcp.cjs' },
  { entry: 'out/daemon/main.js', outfile: 'dist/rdvd.cjs', banner: shebang },
].filter(({ entry }) => existsSync(`${root}/${entry}`));

await Promise.all(bundles.map(({ entry, ...options }) => build({ ...shared, entryPoints: [entry], ...options })));

const { buildProgram } = await import(`${root}/out/client/cli/full.js`);
const { manualPages } = await import(`${root}/out/client/cli/roff.js`);
const { describeTree } = await import(`${root}/out/client/cli/tree.js`);
const program = buildProgram('everything');
writeFileSync(`${root}/dist/commands.json`, JSON.stringify(describeTree(program)));
rmSync(`${root}/dist/man`, { recursive: true, force: true });
mkdirSync(`${root}/dist/man`);
for (const [file, page] of manualPages(program, { version, date })) writeFileSync(`${root}/dist/man/${file}`, page);

for (const { outfile, banner } of bundles) if (banner) chmodSync(`${root}/${outfile}`, 0o755);
