/** Checks of the data folder and what lies directly in it. */

import { chmodSync, lstatSync, readdirSync, rmSync, type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Finding } from '#protocol/diagnosis';
import { type Check, count, failure, note, ok, some, warning, word } from './check.js';
import { type Context, readIfThere } from './context.js';
import { judgePrivate, octal } from './private.js';
import { listenersIn } from './proc.js';
import { judgeFileSystem, megabytes } from './space.js';

/** The log is never cut by the daemon itself. */
const LARGE_LOG = 256 * 1024 ** 2;

export const folderChecks: readonly Check[] = [
  privateFolder('data-folder', 'data folder', ({ paths }) => paths.home),
  privateFolder('run-folder', 'run folder', ({ paths }) => paths.run),
  {
    name: 'log',
    title: 'log',
    look(context) {
      const { log } = context.paths;
      const wrong = logParts(context).flatMap(
        ({ path, stat, mode }) => judgePrivate(stat, { path, mode, ...context }) ?? [],
      );
      const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
      if (wrong[0]) return wrong[0];
      if (size > LARGE_LOG) return warning(`${log} has grown to ${megabytes(size)}.`, `truncate -s 0 ${word(log)}`);
      return ok(size > 0 ? `${log}, ${megabytes(size)}` : 'nothing was logged yet');
    },
    fix: (context) =>
      changed(logParts(context).map(({ path, stat, mode }) => makePrivate(path, stat, mode, context.uid))),
  },
  {
    name: 'file-system',
    title: 'file system',
    look: async (context) => judgeFileSystem(...(await whereItLies(context))),
  },
  { name: 'way-there', title: 'way to the folder', look: lookAtAncestors },
  { name: 'leftovers', title: 'leftovers', look: lookForLeftovers, fix: removeLeftovers },
  { name: 'clock', title: 'clock', look: lookAtTimes },
];

function privateFolder(name: string, title: string, place: (context: Context) => string): Check {
  return {
    name,
    title,
    look(context) {
      const path = place(context);
      const stat = statSync(path, { throwIfNoEntry: false });
      if (!stat) return note(`${path} is not there yet; the first start makes it.`, 'rdv daemon start');
      if (!stat.isDirectory()) return failure(`${path} is not a folder.`, `mv ${word(path)} ${word(`${path}.aside`)}`);
      return judgePrivate(stat, { path, mode: 0o700, ...context }) ?? ok(`${path}, mode ${octal(stat.mode)}`);
    },
    fix(context) {
      const path = place(context);
      return changed([makePrivate(path, statSync(path), 0o700, context.uid)]);
    },
  };
}

/** Undefined when nothing was to be done, or it is not ours. */
export function makePrivate(path: string, { mode, uid }: Pick<Stats, 'mode' | 'uid'>, wanted: number, user: number) {
  if (uid !== user || (mode & 0o777) === wanted) return undefined;
  chmodSync(path, wanted);
  return `${path} has mode ${octal(wanted)} now, it had ${octal(mode & 0o777)}.`;
}

export function changed(done: readonly (string | undefined)[]): string | undefined {
  return done.filter(Boolean).join(' ') || undefined;
}

function logParts({ paths: { log } }: Context) {
  return [
    { path: dirname(log), mode: 0o700 },
    { path: log, mode: 0o600 },
  ].flatMap((part) => {
    const stat = statSync(part.path, { throwIfNoEntry: false });
    return stat ? [{ ...part, stat }] : [];
  });
}

/** The folder, or what is there of the way to it, and the kind of its file system. */
async function whereItLies({ paths, space }: Context): Promise<[path: string, type: number]> {
  const path = nearest(paths.home);
  return [path, (await space(path)).type];
}

export function nearest(path: string): string {
  return statSync(path, { throwIfNoEntry: false }) ? path : nearest(dirname(path));
}

/** Who owns what belongs to nobody in a container. */
const NOBODY = 65_534;

/** Whoever may write in a folder on the way can put another one in its place; the sticky bit forbids that. */
function lookAtAncestors({ paths, uid }: Context): Finding {
  const open = ancestors(paths.home).filter((path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) return false;
    const others = (stat.mode & 0o002) !== 0 && (stat.mode & 0o1000) === 0;
    return others || ![0, uid, NOBODY].includes(stat.uid);
  });
  if (open.length === 0) return ok('only you can put another folder in its place');
  const [first = ''] = open;
  return warning(`Others may replace what is in ${some(open)}, and so the data folder.`, `chmod o-w ${word(first)}`);
}

function ancestors(path: string): string[] {
  const up = dirname(path);
  return up === path ? [] : [up, ...ancestors(up)];
}

/** What a daemon leaves when it is killed in the middle of making a file. Nothing else in these folders is touched. */
function leftoversIn({ paths, proc }: Context): string[] {
  const listening = listenersIn(readIfThere(`${proc}/net/unix`) ?? '', paths.run).map(({ path }) => path);
  const entries = [`${paths.cliToken}.new`, ...entriesOf(join(paths.home, 'server')), ...entriesOf(paths.run)];
  return entries.filter((path) => {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isSocket()) return path.startsWith(`${paths.run}/.`) && !listening.includes(path);
    return stat?.isFile() && path.endsWith('.new');
  });
}

function entriesOf(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder).map((name) => join(folder, name));
}

function lookForLeftovers(context: Context): Finding {
  const left = leftoversIn(context);
  if (left.length === 0) return ok('nothing is left of a crash');
  const cure = `rm ${left.map(word).join(' ')}`;
  return note(`${count(left.length, 'half-made file')} of a start that was killed: ${some(left)}.`, cure);
}

async function removeLeftovers(context: Context): Promise<string | undefined> {
  return context.withoutDaemon(() => {
    const left = leftoversIn(context);
    for (const path of left) rmSync(path);
    return left.length > 0 ? `Removed ${left.join(', ')}.` : undefined;
  });
}

const SLACK_MS = 60_000;

/** A clock that was set back makes files of the future. */
function lookAtTimes({ paths, now }: Context): Finding {
  const ahead = [paths.home, paths.run, dirname(paths.log)]
    .flatMap(entriesOf)
    .filter((path) => (lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > now + SLACK_MS);
  if (ahead.length === 0) return ok('no file is from the future');
  const seen = `${some(ahead)} ${ahead.length === 1 ? 'is' : 'are'} from the future: the clock is or was wrong.`;
  return warning(seen, `date  # if that is right: touch ${ahead.map(word).join(' ')}`);
}
