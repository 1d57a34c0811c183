/** Checks of the machine and of the surroundings we were started in. */

import { statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Finding } from '#protocol/diagnosis';
import { type Check, failure, note, ok, warning, word } from './check.js';
import { type Context, PATIENCE_MS, readIfThere } from './context.js';
import { nearest } from './folders.js';
import { judgeOpenFiles, judgeProcesses, judgeUmask, judgeVariables, judgeWatches, type Limit } from './limits.js';
import { canRun } from './path.js';
import { dataRoom, judgeFiles, judgeRoom, temporaryRoom } from './space.js';

export const systemChecks: readonly Check[] = [
  {
    name: 'disk',
    title: 'disk',
    async look({ paths, space }) {
      const path = nearest(paths.home);
      return judgeRoom(path, await space(path), dataRoom);
    },
  },
  {
    name: 'files',
    title: 'number of files',
    async look({ paths, space }) {
      const path = nearest(paths.home);
      return judgeFiles(path, await space(path));
    },
  },
  { name: 'temporary', title: 'temporary files', look: lookAtTemporary },
  { name: 'locale', title: 'locale', look: lookAtLocale },
  { name: 'open-files', title: 'open files', look: () => judgeOpenFiles(limit('open_files')) },
  { name: 'processes', title: 'processes', look: () => judgeProcesses(limit('max_user_processes')) },
  { name: 'watches', title: 'file watches', look: lookAtWatches },
  { name: 'umask', title: 'umask', look: ({ umask }) => judgeUmask(umask) },
  { name: 'variables', title: 'variables', look: ({ environment }) => judgeVariables(environment) },
];

async function lookAtTemporary({ space }: Context): Promise<Finding> {
  const path = tmpdir();
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    return failure(`${path}, the folder for temporary files, is not there.`, `mkdir -p ${word(path)}`);
  return judgeRoom(path, await space(path), temporaryRoom);
}

/** What programs in sessions make of it. */
async function lookAtLocale({ environment, clean }: Context): Promise<Finding> {
  const { LC_ALL, LC_CTYPE, LANG } = environment;
  const own = LC_ALL || LC_CTYPE || LANG || 'C';
  const asked = await canRun('locale', ['charmap'], { environment: clean, timeoutMs: PATIENCE_MS });
  const charmap = asked?.stdout.toString().trim();
  if (charmap && !/^utf-?8$/i.test(charmap)) {
    const theirs = clean.LC_ALL || clean.LC_CTYPE || clean.LANG;
    return warning(
      `The locale ${theirs} is not installed, so programs in sessions know only ASCII.`,
      'export LC_ALL=C.UTF-8',
    );
  }
  if (/utf-?8/i.test(own)) return ok(`${own}, known to this system`);
  return note(`Your locale ${own} is not UTF-8; sessions get one that is.`, 'export LC_ALL=C.UTF-8');
}

/** From Node's own report, which is the same on every system. */
function limit(name: 'open_files' | 'max_user_processes'): Limit | undefined {
  const { report } = process;
  // It would look up the names of hosts.
  Object.assign(report ?? {}, { excludeNetwork: true });
  const { userLimits } = (report?.getReport() ?? {}) as { userLimits?: Record<string, { soft: Limit }> };
  return userLimits?.[name]?.soft;
}

function lookAtWatches({ proc }: Context): Finding {
  const read = (name: string) => {
    const text = readIfThere(`${proc}/sys/fs/inotify/${name}`);
    return text === undefined ? undefined : Number(text);
  };
  return judgeWatches(read('max_user_watches'), read('max_user_instances'));
}
