/** `rdv daemon restart`: another daemon takes over while clients wait in line, and sessions live on. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Result } from '#protocol';
import { RpcError } from '#protocol/errors';
import { type Client, connect } from '../index.js';
import { type Launch, launch } from '../launch.js';
import { ALREADY_RUNS, died } from '../start.js';
import { findUnit } from '../units/installed.js';
import type { Supervisor } from '../units/unit.js';
import { confirm } from './ask.js';
import type { Context } from './context.js';
import { failure } from './fail.js';

/** The old daemon may finish its running requests, and then the new one begins. */
const RESTART_MS = 60_000;

/** False when none runs. Throws why the new one did not take over; the old one then serves on. */
export async function restart(context: Context, yes: boolean): Promise<boolean> {
  const old = await connected(context);
  if (!old) return false;
  const before = await statusOf(context, old);
  await confirmLoss(context, before, yes);
  const replaced = await replace(context, old);
  const { client, awayMs } = await toUnit(context, replaced);
  try {
    const after = await statusOf(context, client);
    if (after.pid === before.pid) throw stayed(after.pid);
    tell(context, { pid: before.pid, version: before.version }, { pid: after.pid, version: after.version }, awayMs);
  } finally {
    client.close();
  }
  return true;
}

const connected = (context: Context) => context.clientIfRunning().catch(ignoreAway);
const statusOf = ({ signal }: Context, client: Client) => client.call('daemon/status', {}, { signal });

async function confirmLoss(context: Context, { backend, sessions }: Result<'daemon/status'>, yes: boolean) {
  if (backend.kind !== 'tmux' && sessions > 0)
    await confirm(context, yes, `Without tmux ${sessions} sessions end with the daemon. Restart it`);
}

/** Its program may be of a version that takes nobody's place. */
function stayed(pid: number): RpcError {
  const cure = 'Replace it by hand: `rdv daemon stop`, then `rdv daemon start`.';
  return failure('Conflict', `No other daemon took over; pid ${pid} serves on.`, cure);
}

interface Running {
  readonly pid: number;
  readonly version: string;
}

function tell({ output }: Context, from: Running, to: Running, awayMs: number): void {
  if (output.json) output.object({ from, to, awayMs });
  if (output.json) return;
  const version = from.version === to.version ? to.version : `${from.version}, now ${to.version}`;
  output.note(
    `The daemon was restarted: pid ${from.pid}, now ${to.pid}; version ${version}. Nobody was served for ${awayMs} ms.`,
  );
}

interface Replaced {
  readonly client: Client;
  /** How long nobody was served. */
  readonly awayMs: number;
}

/** Resolves once the new daemon answers. */
async function replace({ daemonFile, endpoint, signal }: Context, old: Client): Promise<Replaced> {
  const gives = givesWay(old);
  const child = launch(daemonFile, endpoint.paths, ['--replace']);
  try {
    const given = await Promise.race([gives, child.end]);
    // Somebody else's restart is under way, and does what ours would.
    if (given !== 'gives way' && child.ended()?.code === ALREADY_RUNS) await Promise.race([gives, late()]);
    else if (given !== 'gives way') throw failed(child);
    const since = performance.now();
    const opening = { socketPath: endpoint.socketPath, token: endpoint.token, signal, timeoutMs: RESTART_MS };
    const failing = child.end.then(() =>
      child.ended()?.code === ALREADY_RUNS ? NEVER : Promise.reject(failed(child)),
    );
    const client = await Promise.race([connect(opening), failing]);
    return { client, awayMs: Math.round(performance.now() - since) };
  } finally {
    child.release();
  }
}

const givesWay = (client: Client) =>
  new Promise<'gives way'>((resolve) => {
    client.on('server/stopping', () => resolve('gives way'));
    client.onClose(() => resolve('gives way'));
  });

/** A unit keeps only a daemon that it has started itself: that one takes over from the one started here. */
async function toUnit(context: Context, replaced: Replaced): Promise<Replaced> {
  const unit = findUnit('daemon', context.endpoint.paths.home);
  if (!unit) return replaced;
  try {
    const { client, awayMs } = await give(context, unit, replaced.client, () => unit.start('daemon', context.signal));
    return { client, awayMs: replaced.awayMs + awayMs };
  } catch (error) {
    if (!(error instanceof RpcError) || error.kind !== 'Unavailable') throw error;
    context.output.note(`It runs without its unit: ${error.message}`);
    return replaced;
  }
}

/** `begin` has the unit start its own; the one that runs then gives way, and its client is closed. */
async function give({ endpoint, signal }: Context, unit: Supervisor, from: Client, begin: () => Promise<void>) {
  let since = performance.now();
  const gives = givesWay(from).then(() => {
    since = performance.now();
  });
  await unitEnded(unit, signal);
  await begin();
  await Promise.race([gives, late()]);
  const opening = { socketPath: endpoint.socketPath, token: endpoint.token, signal, timeoutMs: RESTART_MS };
  const client = await connect(opening);
  from.close();
  return { client, awayMs: Math.round(performance.now() - since) };
}

/** What the unit started has ended; whoever keeps it may not have noticed yet. */
async function unitEnded(unit: Supervisor, signal: AbortSignal): Promise<void> {
  for (const end = performance.now() + OTHERS_MS; performance.now() < end; await delay(LOOK_MS, undefined, { signal }))
    if ((await unit.pid('daemon')) === undefined) return;
}

/** Has the unit's daemon take the place of the one that runs, if one does, and loses nothing by it. */
export async function takeBack(context: Context, unit: Supervisor, { yes, begin }: Beginning): Promise<void> {
  const old = await connected(context);
  if (!old) return begin();
  const before = await statusOf(context, old);
  await confirmLoss(context, before, yes);
  const own = before.pid === (await unit.pid('daemon'));
  const { client } = own ? await replace(context, old) : { client: old };
  (await give(context, unit, client, begin)).client.close();
}

interface Beginning {
  readonly yes: boolean;
  readonly begin: () => Promise<void>;
}

/** Undefined when none runs. */
export async function runningDaemon(context: Context): Promise<Result<'daemon/status'> | undefined> {
  const client = await connected(context);
  return client && statusOf(context, client);
}

const LOOK_MS = 20;
/** Who takes over has proved that it can by then. */
const OTHERS_MS = 5000;
/** Without end. */
const NEVER = new Promise<never>(() => {});
const late = () => delay(OTHERS_MS, undefined, { ref: false });

function failed(child: Launch): RpcError {
  return died(child.ended()?.code ?? null, child.lastWords());
}

function ignoreAway(error: unknown): undefined {
  if (!(error instanceof RpcError) || error.kind !== 'Unavailable') throw error;
}
