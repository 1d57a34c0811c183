/** `rdv bridge`: start, stop, status and run of the process that serves HTTP and WebSocket. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { type ErrorKind, errors, RpcError } from '#protocol/errors';
import type { Paths } from '#protocol/paths';
import { askBridge, type BridgeHealth, findBridgeProcess } from '../bridge.js';
import { type Launch, launch } from '../launch.js';
import { readSettings } from '../settings.js';
import { ALREADY_RUNS } from '../start.js';
import { findUnit } from '../units/installed.js';
import type { Context, WithContext } from './context.js';
import { failure } from './fail.js';
import { foreground } from './foreground.js';
import { adderTo } from './group.js';
import { printNextConfig } from './nextjs.js';
import { homely } from './text.js';

/** Requests under way are answered first. */
const STOP_MS = 35_000;
const START_MS = 15_000;
const LOOK_MS = 50;

interface Flags {
  readonly port?: string;
}

export function addBridgeCommands(program: Command, withContext: WithContext): void {
  const group = program.command('bridge').description('Starts, stops and asks the bridge, which serves HTTP.');
  const add = adderTo(group, withContext);
  const port = ['--port <n>', 'also answer on this port of 127.0.0.1; 0 for any that is free'] as const;
  add('start', 'BridgeStatus', 'Starts the bridge unless it runs.', start).option(...port);
  add('stop', 'Done', 'Stops the bridge; the daemon and its sessions go on.', stop);
  add('status', 'BridgeStatus', 'Tells where the bridge answers, and whether it reaches the daemon.', status);
  add('run', 'nothing', 'Runs the bridge in the foreground.', (context, flags: Flags) =>
    foreground(context, bridgeFile(context), portOf(flags)),
  ).option(...port);
  add(
    'print-next-config',
    'Text',
    'Prints the file that puts a Next.js app in front of it: `proxy.ts`.',
    printNextConfig,
  );
}

/** Its bundle lies beside the daemon's. */
const bridgeFile = ({ daemonFile }: Context) => join(dirname(daemonFile), 'rdv-bridge.cjs');

function portOf({ port }: Flags): string[] {
  if (port === undefined) return [];
  if (/^\d{1,5}$/.test(port) && Number(port) <= 65_535) return ['--port', port];
  throw failure('InvalidParams', `Expected --port to be 0-65535, got "${port}".`, 'Try `--port 0`.');
}

interface Sockets {
  readonly socket: string;
  readonly terminalSocket: string;
}

/** Throws InvalidParams with every mistake of the configuration. */
async function socketsOf({ daemonFile, endpoint }: Context): Promise<Sockets> {
  const { settings, problems } = await readSettings(daemonFile, endpoint.paths);
  if (problems.length > 0) throw failure('InvalidParams', problems.join(' '), 'See them all: `rdv config check`.');
  const get = (key: string) => String(settings.find((each) => each.key === key)?.value);
  return { socket: get('bridge.socket'), terminalSocket: get('server.terminal_socket') };
}

async function start(context: Context, flags: Flags): Promise<void> {
  const args = portOf(flags);
  const sockets = await socketsOf(context);
  const { paths } = context.endpoint;
  const health = await askBridge(sockets.socket);
  if (health) {
    await tell(context, sockets, health);
    return tellOfPort(context, flags);
  }
  // One that is told its port is none of what a unit starts.
  const unit = flags.port === undefined ? findUnit('bridge', paths.home) : undefined;
  if (unit) await unit.start('bridge', context.signal);
  const child = unit ? undefined : launch(bridgeFile(context), paths, ['--background', ...args], paths.bridgeLog);
  try {
    await tell(context, sockets, await answerOf(child, sockets, context));
  } finally {
    child?.release();
  }
}

/** Somebody else may have started one at the same time: then that one's answer is as good. */
async function answerOf(
  child: Launch | undefined,
  { socket }: Sockets,
  { signal, endpoint }: Context,
): Promise<BridgeHealth> {
  const deadline = performance.now() + START_MS;
  for (;;) {
    const end = child?.ended();
    const health = await askBridge(socket);
    if (health) return health;
    if (end && end.code !== ALREADY_RUNS) throw died(end.code, child!.lastWords());
    if (performance.now() > deadline) {
      const cure = `Read ${endpoint.paths.bridgeLog}, or run \`rdv bridge run\` to watch it start.`;
      throw failure('Unavailable', `No bridge answered at ${socket} within ${START_MS} ms.`, cure);
    }
    await delay(LOOK_MS, undefined, { signal });
  }
}

const kinds: readonly ErrorKind[] = ['InvalidParams', 'Conflict'];

function died(code: number | null, lastWords: string): RpcError {
  const said = lastWords.replace(/^rdv-bridge: /, '');
  const kind = kinds.find((each) => errors[each].exit === code) ?? 'Unavailable';
  if (kind !== 'Unavailable') return new RpcError(kind, said);
  const how = code === null ? 'was killed' : `exited with code ${code}`;
  return failure(kind, `The bridge ${how}: ${said || 'it said nothing.'}`, 'Run `rdv bridge run` to watch it start.');
}

async function status(context: Context): Promise<void> {
  const sockets = await socketsOf(context);
  const health = await askBridge(sockets.socket);
  if (!health) throw failure('Unavailable', `No bridge answers at ${sockets.socket}.`, 'Start it: `rdv bridge start`.');
  await tell(context, sockets, health);
}

async function tell({ output, endpoint }: Context, sockets: Sockets, health: BridgeHealth): Promise<void> {
  const { paths } = endpoint;
  const pid = (await findBridgeProcess(paths)) ?? null;
  const port = readPort(paths);
  // It knows of no part of the daemon's that is well only when it does not reach it.
  const reachesDaemon = Object.values(health.components).some((ok) => ok);
  const { version } = health;
  if (output.json) return output.object({ pid, version, ...sockets, port, reachesDaemon, status: health.status });
  const places = [homely(sockets.socket), ...(port === null ? [] : [`http://127.0.0.1:${port}`])];
  output.note(`The bridge runs: pid ${pid ?? 'unknown'}, version ${version}, at ${places.join(' and ')}.`);
  output.note(`Terminals alone: ${homely(sockets.terminalSocket)}.`);
  if (!reachesDaemon) output.note('It does not reach the daemon, and answers 503 until it does: `rdv daemon start`.');
}

const readPort = ({ bridgePort }: Context['endpoint']['paths']) =>
  existsSync(bridgePort) ? Number(readFileSync(bridgePort, 'utf8')) : null;

/** One that runs already keeps the port it has. */
function tellOfPort({ output, endpoint }: Context, { port }: Flags): void {
  const has = readPort(endpoint.paths);
  if (port === undefined || (has !== null && [0, has].includes(Number(port)))) return;
  output.note(
    `It ran already, and not with \`--port ${port}\`. To change that: \`rdv bridge stop\`, then start it again.`,
  );
}

async function stop(context: Context): Promise<void> {
  const { output, endpoint } = context;
  const pid = await findBridgeProcess(endpoint.paths);
  if (pid !== undefined) await endBridge(endpoint.paths, pid, context.signal);
  else await refuseUnknown(context);
  if (output.json) return output.object({ success: true });
  output.note(pid === undefined ? 'No bridge runs.' : 'The bridge has stopped.');
}

/** Resolves when it is gone; what is under way is answered first. Throws Timeout. */
export async function endBridge(paths: Paths, pid: number, signal: AbortSignal): Promise<void> {
  process.kill(pid, 'SIGTERM');
  const deadline = performance.now() + STOP_MS;
  while ((await findBridgeProcess(paths)) === pid) {
    if (performance.now() > deadline) {
      const cure = `End it at once: \`kill -9 ${pid}\`.`;
      throw failure('Timeout', `The bridge (pid ${pid}) has not ended within ${STOP_MS} ms.`, cure);
    }
    await delay(LOOK_MS, undefined, { signal });
  }
}

/** One that answers though nobody knows its process is not said to be gone. */
async function refuseUnknown(context: Context): Promise<void> {
  const { socket } = await socketsOf(context);
  if (!(await askBridge(socket))) return;
  const cure = `Find it and end it: \`fuser ${socket}\`.`;
  throw failure('Conflict', `A bridge answers at ${socket}, but its pid file does not name it.`, cure);
}
