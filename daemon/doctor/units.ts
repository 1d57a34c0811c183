/** Checks of our units of systemd and launchd, where there are any. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Finding } from '#protocol/diagnosis';
import { abandonsGroup, isOurUnit, launchdFolder, systemdFolder } from '#protocol/units';
import { type Check, failure, ok, some, warning } from './check.js';
import { type Context, readIfThere } from './context.js';
import { killModeIn, programsIn } from './unit.js';

export const unitChecks: readonly Check[] = [
  { name: 'unit', title: 'unit', look: lookAtPrograms },
  { name: 'kill-mode', title: 'KillMode', look: lookAtKillModes },
  { name: 'linger', title: 'linger', look: lookAtLinger },
];

const NONE = ok('there is no unit of ours');
/** Writes our own units again, as they are to be. */
const installing = (unit: string) => `rdv daemon install${/bridge/.test(unit) ? ' --bridge' : ''}`;

interface Unit {
  readonly path: string;
  readonly text: string;
  /** What is dropped in after it, in the order in which systemd reads it. */
  readonly dropIns: readonly string[];
}

/** One that a Node or a folder was named in that has gone since does not start any more. */
function lookAtPrograms(context: Context): Finding {
  const units = [...unitsIn(context), ...plistsIn(context)];
  for (const { path, text } of units) {
    const gone = programsIn(text).find((program) => !existsSync(program));
    if (gone === undefined) continue;
    const cure = isOurUnit(text) ? installing(path) : `systemctl --user edit --full ${basename(path)}`;
    return failure(`${basename(path)} starts ${gone}, which is not there.`, cure);
  }
  return units.length === 0 ? NONE : ok(`${some(units.map(({ path }) => basename(path)))}: all programs are there`);
}

function lookAtKillModes(context: Context): Finding {
  const plists = plistsIn(context);
  const taken = plists.find(({ text }) => !abandonsGroup(text));
  if (taken)
    return warning(
      `AbandonProcessGroup is not true in ${taken.path}: stopping it ends every session.`,
      installing(taken.path),
    );
  const units = unitsIn(context);
  if (units.length + plists.length === 0) return NONE;
  const wrong = units.filter(({ text, dropIns }) => killModeIn([text, ...dropIns]) !== 'process');
  const [first] = wrong;
  if (!first) return ok('stopping a unit leaves the sessions alone');
  const mode = killModeIn([first.text, ...first.dropIns]);
  const seen = `KillMode is ${mode} in ${some(wrong.map(({ path }) => path))}: stopping the unit ends every session.`;
  return warning(seen, killCure(first));
}

/** What was changed beside our own unit stays as it is when that is written again. */
function killCure({ path, text, dropIns }: Unit): string {
  if (isOurUnit(text) && killModeIn([KILLS_ALL, ...dropIns]) === 'anything') return installing(path);
  return `systemctl --user edit ${basename(path)}  # add: [Service] and below it KillMode=process`;
}

/** What no drop-in sets stays as it is here. */
const KILLS_ALL = '[Service]\nKillMode=anything';

function unitsIn({ environment, userHome }: Context): Unit[] {
  return filesIn(systemdFolder(environment, userHome), /^rdv.*\.service$/).map((path) => ({
    ...{ path, text: readIfThere(path) ?? '' },
    dropIns: filesIn(`${path}.d`, /\.conf$/).map((file) => readIfThere(file) ?? ''),
  }));
}

const plistsIn = ({ userHome }: Context): Unit[] =>
  filesIn(launchdFolder(userHome), /^rdv\..*\.plist$/).map((path) => ({
    ...{ path, text: readIfThere(path) ?? '', dropIns: [] },
  }));

function filesIn(folder: string, names: RegExp): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  const found = readdirSync(folder).filter((name) => names.test(name));
  return found.sort().map((name) => join(folder, name));
}

function lookAtLinger(context: Context): Finding {
  if (unitsIn(context).length === 0) return ok('there is no systemd unit of ours');
  if (statSync(join(context.linger, context.user), { throwIfNoEntry: false }))
    return ok('on: the daemon outlives your login');
  const seen = 'Lingering is off: systemd ends the daemon, and tmux, when you log out.';
  return warning(seen, `loginctl enable-linger ${context.user}`);
}
