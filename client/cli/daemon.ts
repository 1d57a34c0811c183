/** `rdv daemon`: start, stop, restart, status, run and install; the rest of the noun comes from the method table. */
import { type Command, Option } from 'commander';
import type { Result } from '#protocol';
import { RpcError } from '#protocol/errors';
import { ensureDaemon } from '../start.js';
import { findUnit } from '../units/installed.js';
import type { Supervisor } from '../units/unit.js';
import type { Context, WithContext } from './context.js';
import { failure } from './fail.js';
import { foreground } from './foreground.js';
import { adderTo } from './group.js';
import { install, uninstall } from './install.js';
import { restart } from './restart.js';
import { showResult } from './show.js';

/** A daemon finishes its running requests first; that is its business for this long. */
const STOP_MS = 35_000;

export function addDaemonCommands(program: Command, withContext: WithContext): void {
  const group = program.command('daemon').description('Starts, stops and asks the daemon.');
  const add = adderTo(group, withContext);
  add('start', 'daemon/status', 'Starts the daemon unless it runs.', start);
  add('stop', 'daemon/stop', 'Stops the daemon; sessions live on in tmux, and end where there is none.', stop);
  add(
    'restart',
    'Restarted',
    'Starts another daemon in its place; sessions live on, clients wait a moment.',
    async (context, { yes = false }: { yes?: boolean }) => {
      refuseForeign(context);
      if (!(await restart(context, yes))) await startInstead(context);
    },
  ).option('--yes', 'do it without asking, also where sessions end with the daemon');
  add('status', 'daemon/status', 'Tells what runs: version, process, paths and counts.', status);
  add('run', 'nothing', 'Runs the daemon in the foreground.', (context) => foreground(context, context.daemonFile));
  addUnitCommands(add);
}

function addUnitCommands(add: ReturnType<typeof adderTo>): void {
  const says = 'Has systemd or launchd start the daemon at login and keep it running.';
  add('install', 'InstalledUnits', says, async (context, flags) => {
    refuseForeign(context);
    await install(context, flags);
  })
    .option('--bridge', 'the bridge too, as a unit of its own')
    .option('--no-start', 'only from the next login on')
    .option('--linger', 'let it live on when you log out (loginctl enable-linger)')
    .option('--dry-run', 'print the files and do nothing; also --print')
    .addOption(new Option('--print').hideHelp())
    .option('--force', 'write over a unit that rdv did not write')
    .option('--yes', 'do it without asking, also where sessions end with the daemon');
  add(
    'uninstall',
    'RemovedUnits',
    'Stops what was installed and removes its units; sessions live on.',
    uninstall,
  ).option('--force', 'also a unit that rdv did not write');
}

async function status(context: Context): Promise<void> {
  // The units of another machine are not looked at.
  const unit = context.host === undefined ? findUnit('daemon', context.endpoint.paths.home) : undefined;
  const asked = context.callIfRunning('daemon/status', {});
  const result = await asked.catch((error) => Promise.reject(unit ? withUnit(error, unit) : error));
  await showResult(context.output, 'daemon/status', result);
  if (!unit || context.output.json) return;
  const kept = (await unit.pid('daemon')) === result.pid;
  context.output.note(
    kept
      ? `${unit.name('daemon')} keeps it running.`
      : `${unit.name('daemon')} does not keep it: it was started beside it. \`rdv daemon restart\` changes that.`,
  );
}

/** Where a unit was to keep it, that knows why none runs. */
function withUnit(error: unknown, unit: Supervisor): unknown {
  if (!(error instanceof RpcError) || error.kind !== 'Unavailable') return error;
  const cure = `Start it: \`rdv daemon start\`. Why its unit does not run: \`${unit.inquiry('daemon')}\`.`;
  return failure(error.kind, error.message, cure);
}

function refuseForeign({ endpoint }: Context): void {
  if (!endpoint.foreign) return;
  throw failure(
    'InvalidParams',
    'A daemon can only be started at its usual socket.',
    'Leave --socket and RDV_SOCKET out; REMOTE_DEV_DIR moves everything.',
  );
}

async function start(context: Context): Promise<void> {
  const { output } = context;
  const status = await begin(context);
  if (output.json) output.object(status);
  else output.note(runs(status));
}

/** None ran whose place it could take. */
async function startInstead(context: Context): Promise<void> {
  const { output } = context;
  const status = await begin(context);
  const { pid, version } = status;
  if (output.json) output.object({ from: null, to: { pid, version }, awayMs: 0 });
  else output.note(runs(status));
}

async function begin(context: Context): Promise<Result<'daemon/status'>> {
  refuseForeign(context);
  const { endpoint, daemonFile, signal } = context;
  const client = await ensureDaemon({ endpoint, daemonFile, signal, autostart: true });
  try {
    return await client.call('daemon/status', {}, { signal });
  } finally {
    client.close();
  }
}

const runs = (status: Result<'daemon/status'>) =>
  `The daemon runs: pid ${status.pid}, socket ${status.socket}.${withoutTmux(status)}`;

const withoutTmux = ({ backend }: Result<'daemon/status'>) =>
  backend.kind === 'tmux' ? '' : ' It runs without tmux: sessions end with it (`rdv daemon health`).';

async function stop(context: Context): Promise<void> {
  // First of all: whether it comes back is known on its own machine only.
  const { endpoint, output } = context;
  const client = await context.clientIfRunning().catch(ignoreAway);
  if (!client) {
    if (output.json) return output.object({ success: true, sessions: 'live on' });
    return output.note('No daemon runs.');
  }
  const gone = new Promise<void>((resolve) => void client.onClose(resolve));
  const result = await client.call('daemon/stop', {}, { signal: context.signal, timeoutMs: STOP_MS });
  const late = setTimeout(() => client.close(), STOP_MS);
  await gone;
  clearTimeout(late);
  if (output.json) output.object(result);
  else
    output.note(
      `The daemon has stopped; ${result.sessions === 'end' ? 'sessions on its own terminals ended with it' : 'sessions live on'}.${comesBack(endpoint)}`,
    );
}

function comesBack({ paths }: Context['endpoint']): string {
  const unit = findUnit('daemon', paths.home);
  return unit
    ? ` ${unit.name('daemon')} starts it at your next login, or with the next command; \`rdv daemon uninstall\` ends that.`
    : '';
}

function ignoreAway(error: unknown): undefined {
  if (!(error instanceof RpcError) || error.kind !== 'Unavailable') throw error;
}
