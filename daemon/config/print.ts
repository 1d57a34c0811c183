/** `rdvd config`: what a daemon that started now would work with, for clients, which do not read the file. */

import { describeFile } from './configuration.js';
import type { Source } from './parse.js';

/** One JSON object on stdout, and 2 as exit code when no daemon would start with it. Touches nothing. */
export function printConfig(source: Source): void {
  const report = describeFile(source);
  process.stdout.write(`${JSON.stringify(report)}\n`);
  if (report.problems.length > 0) process.exitCode = 2;
}
