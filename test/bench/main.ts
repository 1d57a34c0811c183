/** Runs the benchmarks, all or those named as arguments, and prints a table each, or why there is none. Nothing is asserted. */

import { resting, spinning } from './agents.js';
import { cli } from './cli.js';
import { commands } from './commands.js';
import { crowd, lazy } from './crowd.js';
import { echo } from './echo.js';
import { flood } from './flood.js';
import { http } from './http.js';
import { idle } from './idle.js';
import { list } from './list.js';
import { many } from './many.js';
import { mcp } from './mcp.js';
import { noticed } from './noticed.js';
import { ping } from './ping.js';
import { type Row, showTable } from './table.js';
import { ttyd } from './ttyd.js';
import { viewers } from './viewers.js';
import { web } from './web.js';

const benchmarks: Readonly<Record<string, () => Promise<Row[] | string>>> = {
  ping,
  echo,
  list,
  http,
  many,
  cli,
  mcp,
  flood,
  crowd,
  lazy,
  viewers,
  commands,
  ttyd,
  web,
  idle,
  resting,
  spinning,
  noticed,
};

const named = process.argv.slice(2);
const unknown = named.filter((name) => !benchmarks[name]);
if (unknown.length > 0) {
  process.stderr.write(`No benchmark ${unknown.join(', ')}; there are ${Object.keys(benchmarks).join(', ')}.\n`);
  process.exit(2);
}
for (const name of named.length > 0 ? named : Object.keys(benchmarks)) {
  const found = await benchmarks[name]!();
  process.stdout.write(`${typeof found === 'string' ? `${name}\n${found}\n` : showTable(name, found)}\n`);
}
