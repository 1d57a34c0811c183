/** Runs the benchmarks, all or those named as arguments, and prints a table each. Nothing is asserted. */

import { cli } from './cli.js';
import { echo } from './echo.js';
import { flood } from './flood.js';
import { idle } from './idle.js';
import { list } from './list.js';
import { ping } from './ping.js';
import { type Row, showTable } from './table.js';

const benchmarks: Readonly<Record<string, () => Promise<Row[]>>> = { ping, echo, list, cli, flood, idle };

const named = process.argv.slice(2);
const unknown = named.filter((name) => !benchmarks[name]);
if (unknown.length > 0) {
  process.stderr.write(`No benchmark ${unknown.join(', ')}; there are ${Object.keys(benchmarks).join(', ')}.\n`);
  process.exit(2);
}
for (const name of named.length > 0 ? named : Object.keys(benchmarks)) {
  process.stdout.write(`${showTable(name, await benchmarks[name]!())}\n`);
}
