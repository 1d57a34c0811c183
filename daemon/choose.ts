/** Which backend runs the programs: tmux, or without it terminals of the daemon's own, which promise less. */
import { RpcError } from '#protocol';
import type { Backend, BackendEvents, BackendKind } from './backend/index.js';
import type { Log } from './log/index.js';
import { checkTmux, openTmux } from './tmux/index.js';

export interface ChooseOptions {
  readonly wanted: 'auto' | BackendKind;
  /** For tmux: the `-L` name of its server. */
  readonly socketName: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly log: Log;
}

/**
 * tmux unless told otherwise; only when it is missing or too old, and was not asked for by name, terminals of our own,
 * with a warning in the log and on stderr. Throws what tmux throws.
 */
export async function chooseBackend(options: ChooseOptions, events: BackendEvents): Promise<Backend> {
  const { wanted } = options;
  if (wanted === 'pty')
    return fallBack('`terminal.backend` or RDV_BACKEND asks for it. Set it to auto to use tmux.', options, events);
  try {
    return await openTmux(options, events);
  } catch (error) {
    if (wanted === 'tmux' || !isAbsence(error)) throw error;
    return fallBack(error.message, options, events);
  }
}

/** Whether tmux, or what is wanted in its place, can be used. Throws as `chooseBackend`, and when tmux is missing. */
export async function checkBackend(options: Omit<ChooseOptions, 'log'>): Promise<void> {
  if (options.wanted !== 'pty') await checkTmux(options.socketName, options.environment);
}

/** A tmux that is there and fails is another matter: sessions may live in it. */
function isAbsence(error: unknown): error is RpcError {
  return error instanceof RpcError && ['TMUX_MISSING', 'TMUX_TOO_OLD'].includes(error.data.code ?? '');
}

async function fallBack(why: string, { environment, log }: ChooseOptions, events: BackendEvents): Promise<Backend> {
  // Its packages cost time and memory that a daemon with tmux need not spend.
  const { openPty } = await import('./pty/index.js');
  const degraded = `Running without tmux, so sessions end with the daemon: ${why} Restart the daemon then.`;
  const backend = openPty({ environment, degraded }, events);
  log({ level: 'warn', message: 'running without tmux: sessions end with the daemon', reason: why });
  process.stderr.write(`rdvd: ${degraded}\n`);
  return backend;
}
