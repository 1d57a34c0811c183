/** What a command has to work with: its flags, the daemon, and the ways to speak. */
import { dirname, join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Command } from 'commander';
import { injectionLimits, type MethodName, type Params, type Result, run } from '#protocol';
import type { RpcError } from '#protocol/errors';
import { type Endpoint, findEndpoint } from '../endpoint.js';
import { findHost } from '../host.js';
import { type Client, callThrough, createShared, type Shared } from '../index.js';
import { createRemote, type Remote } from '../remote.js';
import { dialDaemon, ensureDaemon } from '../start.js';
import { failure } from './fail.js';
import { type GlobalFlags, globalFlags, timeoutOf } from './flags.js';
import type { Caller } from './hot.js';
import type { Line, Open } from './line.js';
import { createOutput, tellError } from './output.js';
import { cleanLines } from './text.js';
import { version } from './version.js';

export interface Context extends Caller {
  readonly flags: GlobalFlags;
  /** The machine whose daemon is meant, where it is another one. */
  readonly host: string | undefined;
  /** Of this machine. Throws InvalidParams when another one is meant: files and processes are not reached by a connection. */
  readonly endpoint: Endpoint;
  readonly daemonFile: string;
  /** Whether a daemon that does not run may be started. */
  readonly autostart: boolean;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Whether a person can be asked. */
  readonly canAsk: boolean;
  /** One line of many: stdin is not the command's. */
  readonly isOneOfMany: boolean;
  /** To listen. Connects at the first use, and again when the connection is gone; starts the daemon if allowed. */
  client(): Promise<Client>;
  /** Connects, or throws Unavailable: for commands about the daemon itself. */
  clientIfRunning(): Promise<Client>;
  /** A stream of its own on which nothing is said yet; starts the daemon if allowed. Who asks for it ends it. */
  dial(): Promise<Duplex>;
  /** As `call`, but does not start the daemon for it. */
  callIfRunning: Caller['call'];
  /** As `call`, on the connection of `client`: what is told on the way is heard there. */
  callHeard: Caller['call'];
  /** Closes what the command opened, or was opening. */
  close(): void;
}

/** Runs an action with what it needs, and closes that again. */
export type WithContext = (command: Command, action: (context: Context) => Promise<void>) => Promise<void>;

const CALL_MS = 30_000;
/** A wait may take as long as it was told to; the daemon, not we, should say that time is up. */
const WAIT_GRACE_MS = 10_000;

export function createContext(command: Command, line: Line): Context {
  const flags = globalFlags(command);
  const endpoint = findEndpoint(process.env, flags.socket);
  const remote = remoteOf(flags);
  const timeoutMs = timeoutOf(flags);
  const { signal } = line;
  const here = { endpoint, daemonFile: daemonFile() };
  const open = (autostart: boolean, until: AbortSignal) => {
    const opening = {
      clientInfo: { name: 'rdv', version },
      signal: until,
      ...(timeoutMs && { timeoutMs }),
    };
    return remote ? remote.connect(autostart, opening) : ensureDaemon({ ...here, autostart, ...opening });
  };
  const calls = line.calls(remote ? `ssh ${remote.name}` : endpoint.socketPath, open);
  const { client, close } = createListening(line, calls, open);
  const autostart = flags.autostart !== false && !['1', 'true'].includes(process.env.RDV_NO_AUTOSTART ?? '');
  const callBy = async <M extends MethodName>(
    connect: () => Promise<Client>,
    method: M,
    params: Params<M>,
  ): Promise<Result<M>> => {
    const limit = callMs(method, params as object, timeoutMs);
    const options = { signal, ...(limit !== undefined && { timeoutMs: limit }) };
    const answer = callThrough(connect, method, params, options);
    return remote ? answer.catch((error) => Promise.reject(remote.explain(error))) : answer;
  };
  return {
    flags,
    host: remote?.name,
    get endpoint() {
      if (remote) throw onlyHere(command, remote.name);
      return endpoint;
    },
    daemonFile: here.daemonFile,
    autostart,
    signal,
    canAsk: flags.input !== false && process.stdin.isTTY === true && process.stderr.isTTY === true,
    isOneOfMany: line.isOneOfMany,
    output: createOutput(flags, line.voice),
    client: () => client(autostart),
    clientIfRunning: () => client(false),
    dial: () => (remote ? remote.dial(autostart)(signal) : dialDaemon({ ...here, autostart, signal })),
    call: (method, params) => callBy(() => calls.client(autostart), method, params),
    callIfRunning: (method, params) => callBy(() => calls.client(false), method, params),
    callHeard: (method, params) => callBy(() => client(autostart), method, params),
    close,
  };
}

/** Whoever listens has a connection that ends with him, and with it all that he subscribed to. */
function createListening(line: Line, calls: Shared<[boolean]>, open: Open): Shared<[boolean]> {
  if (!line.isOneOfMany) return { client: calls.client, close: () => {} };
  const ending = new AbortController();
  const own = createShared((autostart: boolean) => open(autostart, AbortSignal.any([line.signal, ending.signal])));
  const close = () => {
    ending.abort();
    own.close();
  };
  return { client: own.client, close };
}

/** Throws InvalidParams for a socket of this machine beside another machine. */
function remoteOf({ host: typed, socket, input }: GlobalFlags): Remote | undefined {
  const host = findHost(process.env, typed);
  if (!host) return undefined;
  if (socket)
    throw failure('InvalidParams', '--socket is a file of this machine.', 'Leave it out to ask another one by --host.');
  const asks = input !== false && process.stderr.isTTY === true;
  return createRemote(host, { asks, tell: (text) => tellError(cleanLines(text)) });
}

/** What is done with this machine's files and processes would be done to the wrong ones. */
function onlyHere(command: Command, host: string): RpcError {
  const words = [];
  for (let at: Command | null = command; at; at = at.parent) words.unshift(at.name());
  const line = words.join(' ');
  return failure(
    'InvalidParams',
    `\`${line}\` works on the machine it runs on.`,
    `Run it there: \`ssh ${host} ${line}\`.`,
  );
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

/** The daemon's bundle lies beside ours; RDV_DAEMON names another one, for tests and for trying a build. */
function daemonFile(): string {
  const here = typeof __dirname === 'string' ? __dirname : dirname(process.argv[1] ?? '.');
  return process.env.RDV_DAEMON || join(here, 'rdvd.cjs');
}
