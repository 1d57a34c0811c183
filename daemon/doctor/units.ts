/** Checks of our systemd user units, where there are any. */

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '#protocol/diagnosis';
import { type Check, ok, some, warning } from './check.js';
import { type Context, readIfThere } from './context.js';
import { killModeIn } from './unit.js';

export const unitChecks: readonly Check[] = [
  { name: 'kill-mode', title: 'KillMode', look: lookAtKillModes },
  { name: 'linger', title: 'linger', look: lookAtLinger },
];

function lookAtKillModes(context: Context): Finding {
  const units = unitsIn(context);
  if (units.length === 0) return ok('there is no systemd unit of ours');
  const wrong = units
    .map((path) => ({ path, mode: killModeIn([readIfThere(path) ?? '', ...dropInsOf(path)]) }))
    .filter(({ mode }) => mode !== 'process');
  const [first] = wrong;
  if (!first) return ok('stopping a unit leaves the sessions alone');
  const seen = `KillMode is ${first.mode} in ${some(wrong.map(({ path }) => path))}: stopping the unit ends every session.`;
  const [name] = first.path.split('/').slice(-1);
  return warning(seen, `systemctl --user edit ${name}  # add: [Service] and below it KillMode=process`);
}

function unitsIn({ environment, userHome }: Context): string[] {
  const folder = join(environment.XDG_CONFIG_HOME || join(userHome, '.config'), 'systemd', 'user');
  return entriesOf(folder)
    .filter((name) => /^rdv.*\.service$/.test(name))
    .map((name) => join(folder, name));
}

/** In the order in which systemd reads them. */
function dropInsOf(unit: string): string[] {
  const folder = `${unit}.d`;
  return entriesOf(folder)
    .filter((name) => name.endsWith('.conf'))
    .sort()
    .map((name) => readIfThere(join(folder, name)) ?? '');
}

function entriesOf(folder: string): string[] {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : [];
}

function lookAtLinger(context: Context): Finding {
  if (unitsIn(context).length === 0) return ok('there is no systemd unit of ours');
  if (statSync(join(context.linger, context.user), { throwIfNoEntry: false }))
    return ok('on: the daemon outlives your login');
  const seen = 'Lingering is off: systemd ends the daemon, and tmux, when you log out.';
  return warning(seen, `loginctl enable-linger ${context.user}`);
}
