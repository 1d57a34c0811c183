/** `rdv daemon restart`: another daemon takes over while clients wait in line, and sessions live on. */
import { setTimeout as delay } from 'node:timers/promises';
import { RpcError } from '#protocol/errors';
import { type Client, connect } from '../index.js';
import { type Launch, launch } from '../launch.js';
import { ALREADY_RUNS, died } from '../start.js';
import { confirm } from './ask.js';
import type { Context } from './context.js';
import { failure } from './fail.js';

/** The old daemon may finish its running requests, and then the new one begins. */
const RESTART_MS = 60_000;

/** False when none runs. Throws why the new one did not take over; the old one then serves on. */
export async function restart(context: Context, yes: boolean): Promise<boolean> {
  const old = await context.clientIfRunning().catch(ignoreAway);
  if (!old) return false;
  const before = await old.call('daemon/status', {}, { signal: context.signal });
  if (before.backend.kind !== 'tmux' && before.sessions > 0)
    await confirm(context, yes, `Without tmux ${before.sessions} sessions end with the daemon. Restart it`);
  const { client, awayMs } = await replace(context, old);
  try {
    const after = await client.call('daemon/status', {}, { signal: context.signal });
    if (after.pid === before.pid) throw stayed(after.pid);
    tell(context, { pid: before.pid, version: before.version }, { pid: after.pid, version: after.version }, awayMs);
  } finally {
    client.close();
  }
  return true;
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

/** Resolves once the new daemon answers, with how long none did. */
async function replace({ daemonFile, endpoint, signal }: Context, old: Client) {
  const gives = new Promise<'gives way'>((resolve) => {
    old.on('server/stopping', () => resolve('gives way'));
    old.onClose(() => resolve('gives way'));
  });
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
