/** `rdv logs`: the daemon's log, readable, from its end or as it comes. */
import { closeSync, existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { readSettings } from '../settings.js';
import { answering } from './answer.js';
import type { Context, WithContext } from './context.js';
import { failure } from './fail.js';
import {
  fieldsOf,
  formatEntry,
  isWanted,
  type Level,
  type LogEntry,
  levels,
  parseLine,
  timeOf,
  type Wanted,
} from './logline.js';
import { type Cursor, endOfLines, follow, linesBackwards, openIfThere } from './tail.js';
import { homely } from './text.js';

interface LogFlags {
  readonly lines: string;
  readonly follow?: boolean;
  readonly level?: Level;
  readonly since?: string;
  readonly jsonl?: boolean;
}

export function addLogs(program: Command, withContext: WithContext): void {
  answering(program.command('logs'), 'LogEntry', true)
    .description("Prints the end of the daemon's log; it need not run for that.")
    .option('-n, --lines <n>', 'how many lines at most', '100')
    .option('-f, --follow', 'go on with what is added, until Ctrl-C')
    .option('--jsonl', 'the entries as they are written, a line of JSON each; so does --json')
    .addOption(new Option('--level <level>', 'this one and worse').choices(Object.keys(levels)))
    .option('--since <time>', 'nothing older: 30s, 10m, 2h, 3d, or a date')
    .addHelpText('after', '\nExamples:\n  rdv logs -f\n  rdv logs --level warn --since 2h')
    .action((flags: LogFlags, command: Command) => withContext(command, (context) => logs(context, flags)));
}

async function logs(context: Context, flags: LogFlags): Promise<void> {
  const { output, signal } = context;
  const most = countOf(flags.lines);
  const wanted: Wanted = { level: flags.level ?? 'debug', since: sinceOf(flags.since, Date.now()) };
  const path = await pathOf(context);
  const print = async (entries: readonly LogEntry[]) => {
    if (output.json || flags.jsonl) for (const entry of entries) output.object(fieldsOf(entry));
    else output.data(entries.map((entry) => formatEntry(entry, output.colors)).join(''));
    await output.drained();
  };
  const cursor = openAtEnd(path);
  if (!cursor && !flags.follow)
    throw failure('NotFound', `There is no log at ${path} yet.`, 'The daemon writes it: `rdv daemon start`.');
  try {
    if (cursor) await print(lastOf(path, cursor, most, wanted));
  } catch (error) {
    if (cursor) closeSync(cursor.fd);
    throw error;
  }
  if (!flags.follow) return closeSync(cursor!.fd);
  if (!cursor) output.note(`There is no log at ${homely(path)} yet; waiting for it.`);
  const take = async (lines: string[]) => {
    await print(lines.map(parseLine).filter((entry) => isWanted(entry, wanted)));
  };
  await follow(path, cursor, take, signal);
  output.exit(INTERRUPTED);
}

const INTERRUPTED = 130;

/** Only a file can have moved the log; asking the daemon's program costs a moment. */
async function pathOf({ endpoint, daemonFile }: Context): Promise<string> {
  if (!existsSync(endpoint.paths.config)) return endpoint.paths.log;
  const { settings } = await readSettings(daemonFile, endpoint.paths);
  return String(settings.find(({ key }) => key === 'server.log_file')?.value ?? endpoint.paths.log);
}

/** What was begun and not ended yet is left to those who follow. */
function openAtEnd(path: string): Cursor | undefined {
  const fd = openIfThere(path);
  return fd === undefined ? undefined : { fd, offset: endOfLines(fd) };
}

function lastOf(path: string, cursor: Cursor, most: number, wanted: Wanted): LogEntry[] {
  const found: LogEntry[] = [];
  if (most === 0) return found;
  for (const line of linesBackwards(path, cursor)) {
    const entry = parseLine(line);
    if (isWanted(entry, wanted) && found.push(entry) === most) break;
    // Lines stand in the order of their times, unless the clock was put back, and then not by a day.
    if ((timeOf(entry.fields) ?? Number.POSITIVE_INFINITY) < wanted.since - DAY_MS) break;
  }
  return found.reverse();
}

const DAY_MS = 86_400_000;

function countOf(lines: string): number {
  if (/^\d{1,9}$/.test(lines)) return Number(lines);
  throw failure('InvalidParams', `Expected --lines to be a number, got "${lines}".`, 'Try `--lines 100`.');
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: DAY_MS };

function sinceOf(since: string | undefined, now: number): number {
  if (since === undefined) return 0;
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(since) ?? [];
  const at = count && unit ? now - Number(count) * units[unit]! : Date.parse(since);
  if (!Number.isNaN(at)) return Math.max(0, at);
  throw failure('InvalidParams', `Expected --since to be a span or a date, got "${since}".`, 'Try `--since 10m`.');
}
