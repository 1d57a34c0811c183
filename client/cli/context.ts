/** What a command has to work with: its flags, the daemon, and the ways to speak. */
import { dirname, join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Command } from 'commander';
import { injectionLimits, type MethodName, type Params, type Result, run } from '#protocol';
import { type Endpoint, findEndpoint } from '../endpoint.js';
import { type Client, callThrough, createShared } from '../index.js';
import { dialDaemon, ensureDaemon } from '../start.js';
import { type GlobalFlags, globalFlags, timeoutOf } from './flags.js';
import type { Caller } from './hot.js';
import { createOutput } from './output.js';
import { version } from './version.js';

export interface Context extends Caller {
  readonly flags: GlobalFlags;
  readonly endpoint: Endpoint;
  readonly daemonFile: string;
  /** Whether a daemon that does not run may be started. */
  readonly autostart: boolean;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Whether a person can be asked. */
  readonly canAsk: boolean;
  /** Connects at the first use, and again when the connection is gone; starts the daemon if allowed. */
  client(): Promise<Client>;
  /** Connects, or throws Unavailable: for commands about the daemon itself. */
  clientIfRunning(): Promise<Client>;
  /** A stream of its own on which nothing is said yet; starts the daemon if allowed. Who asks for it ends it. */
  dial(): Promise<Duplex>;
  /** Closes what was opened, or is being opened. */
  close(): void;
}

/** Runs an action with what it needs, and closes that again. */
export type WithContext = (command: Command, action: (context: Context) => Promise<void>) => Promise<void>;

const CALL_MS = 30_000;
/** A wait may take as long as it was told to; the daemon, not we, should say that time is up. */
const WAIT_GRACE_MS = 10_000;

export function createContext(command: Command): Context {
  const flags = globalFlags(command);
  const endpoint = findEndpoint(process.env, flags.socket);
  const timeoutMs = timeoutOf(flags);
  const interruption = interruptible();
  const ending = new AbortController();
  const shared = createShared((autostart: boolean) =>
    ensureDaemon({
      endpoint,
      daemonFile: daemonFile(),
      autostart,
      clientInfo: { name: 'rdv', version },
      signal: AbortSignal.any([interruption.signal, ending.signal]),
      ...(timeoutMs && { timeoutMs }),
    }),
  );
  const autostart = flags.autostart !== false && !['1', 'true'].includes(process.env.RDV_NO_AUTOSTART ?? '');
  const client = () => shared.client(autostart);
  return {
    flags,
    endpoint,
    daemonFile: daemonFile(),
    autostart,
    signal: interruption.signal,
    canAsk: flags.input !== false && process.stdin.isTTY === true && process.stderr.isTTY === true,
    output: createOutput(flags),
    client,
    clientIfRunning: () => shared.client(false),
    dial: () => dialDaemon({ endpoint, daemonFile: daemonFile(), autostart, signal: interruption.signal }),
    async call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
      const limit = callMs(method, params as object, timeoutMs);
      return callThrough(client, method, params, {
        signal: interruption.signal,
        ...(limit !== undefined && { timeoutMs: limit }),
      });
    },
    close() {
      interruption.end();
      // A daemon still being started is not waited for.
      ending.abort();
      shared.close();
    },
  };
}

/** The time a run or a wait was given, else what was typed, else the usual; undefined for as long as it takes. */
function callMs(
  method: MethodName,
  params: { readonly timeoutMs?: number; readonly ttlMs?: number; readonly wait?: unknown },
  typedMs: number | undefined,
): number | undefined {
  const given = params.timeoutMs ?? presetMs[method];
  if (method === 'session/run') return given! + WAIT_GRACE_MS;
  if (typedMs !== undefined) return typedMs;
  if (method === 'session/wait') return given! + WAIT_GRACE_MS;
  if (method !== 'agent/send' && method !== 'orchestrator/inject') return CALL_MS;
  // An agent works on something for as long as that takes.
  return params.wait === 'completed' ? undefined : (params.ttlMs ?? injectionLimits.ttlMs) + WAIT_GRACE_MS;
}

/** What the daemon takes when no time is given. */
const presetMs: Partial<Record<MethodName, number>> = { 'session/wait': CALL_MS, 'session/run': run.timeoutMs };

function interruptible() {
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  process.once('SIGINT', interrupt);
  return { signal: controller.signal, end: () => void process.off('SIGINT', interrupt) };
}

/** The daemon's bundle lies beside ours; RDV_DAEMON names another one, for tests and for trying a build. */
function daemonFile(): string {
  const here = typeof __dirname === 'string' ? __dirname : dirname(process.argv[1] ?? '.');
  return process.env.RDV_DAEMON || join(here, 'rdvd.cjs');
}
