/** `rdv daemon install` and `uninstall`: a unit of systemd or launchd that keeps the daemon, and the bridge, running. */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isOurUnit } from '#protocol/units';
import { findBridgeProcess } from '../bridge.js';
import { lastingEnvironment } from '../units/environment.js';
import { isFor, readIfThere, supervisorHere, usualHome } from '../units/installed.js';
import type { Part, Supervisor } from '../units/unit.js';
import { endBridge } from './bridge.js';
import type { Context } from './context.js';
import { failure } from './fail.js';
import { tellOfLinger } from './linger.js';
import { runningDaemon, takeBack } from './restart.js';
import { homely } from './text.js';

export interface InstallFlags {
  readonly bridge?: boolean;
  readonly start?: boolean;
  readonly linger?: boolean;
  readonly dryRun?: boolean;
  readonly print?: boolean;
  readonly force?: boolean;
  readonly yes?: boolean;
}

const READY_MS = 8000;
const LOOK_MS = 50;

interface Written {
  readonly part: Part;
  readonly file: string;
  readonly text: string;
  /** What is there now. */
  readonly before: string | undefined;
}

const parts = ({ bridge }: InstallFlags): readonly Part[] => (bridge ? ['daemon', 'bridge'] : ['daemon']);

/** The daemon that runs is replaced by that of the unit, and loses nothing by it. */
export async function install(context: Context, flags: InstallFlags): Promise<void> {
  const supervisor = supervisorHere();
  const units = parts(flags).map((part) => unitFor(context, supervisor, part));
  if (flags.dryRun || flags.print) return print(context, units);
  for (const unit of units) refuseForeign(unit, supervisor, context, flags.force);
  await supervisor.reach();
  const start = flags.start !== false;
  for (const unit of units) {
    const changed = write(unit);
    if (unit.part === 'daemon') await enableDaemon(context, supervisor, { start, changed, yes: flags.yes ?? false });
    else await enableBridge(context, supervisor, { start, changed });
  }
  await report(context, supervisor, units, start);
  await tellOfLinger(context, supervisor, flags.linger ?? false);
}

function unitFor({ daemonFile, endpoint }: Context, supervisor: Supervisor, part: Part): Written {
  const { paths } = endpoint;
  const program = part === 'daemon' ? daemonFile : join(dirname(daemonFile), 'rdv-bridge.cjs');
  if (!existsSync(program)) throw failure('NotFound', `${program} is not there.`, 'Build it: `npm run build`.');
  const text = supervisor.text({
    part,
    argv: [process.execPath, program, part === 'daemon' ? '--replace' : '--background'],
    environment: lastingEnvironment(process.env),
    home: paths.home === usualHome() ? undefined : paths.home,
    output: `${paths.home}/log/${supervisor.kind}-${part}.log`,
  });
  const file = supervisor.file(part);
  return { part, file, text, before: readIfThere(file) };
}

function print({ output }: Context, units: readonly Written[]): void {
  if (output.json) output.object({ files: units.map(({ file, text }) => ({ path: file, text })) });
  if (output.json) return;
  for (const { file, text } of units) {
    output.note(`${homely(file)}:`);
    output.data(text);
  }
}

/** One that somebody else wrote, or that keeps the daemon of another data folder, is not ours to write over. */
function refuseForeign({ file, before }: Written, supervisor: Supervisor, { endpoint }: Context, force = false): void {
  if (before === undefined || force || isFor(before, endpoint.paths.home, supervisor)) return;
  const whose = isOurUnit(before) ? 'is for another data folder' : 'was not written by rdv';
  throw failure('Conflict', `${homely(file)} ${whose}.`, 'See it, then add --force to write over it.');
}

/** Whether there is something else now than before. */
function write({ file, text, before }: Written): boolean {
  if (text === before) return false;
  mkdirSync(dirname(file), { recursive: true });
  const made = `${file}.${process.pid}.new`;
  writeFileSync(made, text, { mode: 0o644 });
  renameSync(made, file);
  return true;
}

interface Enabling {
  readonly start: boolean;
  readonly changed: boolean;
}

async function enableDaemon(context: Context, unit: Supervisor, { start, changed, yes }: Enabling & { yes: boolean }) {
  if (!start) return unit.enable('daemon', false);
  // launchd opens what the program writes to before that can make its folder.
  mkdirSync(`${context.endpoint.paths.home}/log`, { recursive: true, mode: 0o700 });
  const pid = await unit.pid('daemon');
  const running = await runningDaemon(context);
  if (running && running.pid === pid && !changed) return unit.enable('daemon', false);
  await takeBack(context, unit, { yes, begin: () => unit.enable('daemon', true) });
}

async function enableBridge({ endpoint, signal }: Context, unit: Supervisor, { start, changed }: Enabling) {
  const pid = start ? await findBridgeProcess(endpoint.paths) : undefined;
  const own = await unit.pid('bridge');
  if (pid !== undefined && (pid !== own || changed)) await endBridge(endpoint.paths, pid, signal);
  await unit.enable('bridge', start);
}

async function report(context: Context, supervisor: Supervisor, units: readonly Written[], start: boolean) {
  const { output } = context;
  const { status, pid } = start ? await running(context, supervisor) : {};
  const names = units.map(({ part }) => supervisor.name(part));
  if (start && (!status || status.pid !== pid)) {
    const cure = `See why: \`${supervisor.inquiry('daemon')}\`.`;
    throw failure(
      'Unavailable',
      `${names[0]} does not run the daemon${status ? ` (pid ${status.pid} does)` : ''}.`,
      cure,
    );
  }
  const files = units.map(({ file }) => file);
  if (output.json)
    return output.object({ kind: supervisor.kind, units: names, files, started: start, pid: pid ?? null });
  const written = units.filter(({ text, before }) => text !== before).map(({ file }) => file);
  if (written.length > 0) output.note(`Written: ${written.map(homely).join(' and ')}.`);
  const what = `${names.join(' and ')} ${names.length > 1 ? 'start' : 'starts'} at each login`;
  output.note(start ? `${what}, and ${names.length > 1 ? 'run' : 'runs'} now: pid ${pid}.` : `${what}.`);
}

/** Launchd does not wait until it is ready. */
async function running(context: Context, supervisor: Supervisor) {
  for (const end = performance.now() + READY_MS; ; await delay(LOOK_MS, undefined, { signal: context.signal })) {
    const pid = await supervisor.pid('daemon');
    const status = await runningDaemon(context);
    if ((pid !== undefined && status?.pid === pid) || performance.now() > end) return { status, pid };
  }
}

/** A unit of somebody else's, or one that was changed, may take with it what the daemon has started. */
async function refuseLoss(supervisor: Supervisor): Promise<void> {
  if ((await supervisor.pid('daemon')) === undefined) return;
  const setting = await supervisor.endsSessions('daemon');
  if (setting === undefined) return;
  const cause = `Stopping ${supervisor.name('daemon')} ends every session: ${setting}.`;
  throw failure('Conflict', cause, 'Change that first; `rdv doctor` tells how.');
}

export interface UninstallFlags {
  readonly force?: boolean;
}

/** Sessions live on; the next command starts a daemon without a unit. */
export async function uninstall(context: Context, { force }: UninstallFlags): Promise<void> {
  const { output } = context;
  const supervisor = supervisorHere();
  const there = (['bridge', 'daemon'] as const).flatMap((part) => {
    const file = supervisor.file(part);
    const before = readIfThere(file);
    return before === undefined ? [] : [{ part, file, text: '', before }];
  });
  for (const unit of there) refuseForeign(unit, supervisor, context, force);
  if (there.length > 0) await supervisor.reach();
  if (there.some(({ part }) => part === 'daemon')) await refuseLoss(supervisor);
  for (const { part, file } of there) {
    await supervisor.disable(part);
    rmSync(file);
  }
  if (there.length > 0) await supervisor.forget();
  const files = there.map(({ file }) => file);
  if (output.json) return output.object({ files });
  if (files.length === 0) return output.note('There is no unit of rdv.');
  output.note(`Removed: ${files.map(homely).join(' and ')}. Sessions live on; the next command starts a daemon.`);
}
