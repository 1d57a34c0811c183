/** The life of a bridge: one for its socket, from the first look whether there is another to the end of the last answer. */
import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { errors } from '#protocol/errors';
import type { Paths } from '#protocol/paths';
import { askBridge, findBridgeProcess } from '../client/bridge.js';
import { createLog, openLog } from '../daemon/log/index.js';
import { type Bridge, openBridge } from './bridge.js';
import { textOf, writePrivate } from './http/listen.js';
import type { Log } from './http/server.js';
import type { Settings } from './settings.js';
import { version } from './version.js';

export interface Living {
  readonly paths: Paths;
  readonly settings: Settings;
  readonly background: boolean;
}

/** Of two that began at the same moment one ends after so long. */
const CHECK_MS = 1000;

/** Ends the process: with 0 when it was told to, 75 when another bridge answers already or has taken its place. */
export async function live({ paths, settings, background }: Living): Promise<void> {
  for (const folder of [paths.home, paths.run, dirname(settings.socket), dirname(settings.terminalSocket)])
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (await askBridge(settings.socket)) return tellOther(paths, settings);
  const log = startLog(paths, settings, background);
  const ending = createEnding(log);
  const bridge = await openBridge({ socketPath: paths.socket, settings, portFile: paths.bridgePort, version, log });
  writePid(paths);
  const check = setInterval(() => void look(paths, bridge, log, ending.ask), CHECK_MS);
  const at = bridge.listeners.map(({ at }) => at);
  log({ level: 'info', message: 'ready', at, version });
  process.stdout.write(`${JSON.stringify({ ready: at })}\n`);
  const { reason, code } = await ending.asked;
  clearInterval(check);
  log({ level: 'info', message: 'stopping', reason });
  await bridge.close();
  if (textOf(paths.bridgePid) === String(process.pid)) rmSync(paths.bridgePid);
  log({ level: 'info', message: 'stopped' });
  process.exit(code);
}

async function tellOther(paths: Paths, { socket }: Settings): Promise<void> {
  const pid = await findBridgeProcess(paths);
  process.stderr.write(`rdv-bridge: already running${pid ? ` (pid ${pid})` : ''} at ${socket}.\n`);
  process.exitCode = errors.Overloaded.exit;
}

/** SIGHUP has the file opened anew. */
function startLog(paths: Paths, { log: settings }: Settings, background: boolean): Log {
  if (!background) return createLog(settings.level, (line) => void process.stderr.write(line)).log;
  const { log, reopen } = openLog(paths.bridgeLog, settings, 'rdv-bridge');
  process.on('SIGHUP', reopen);
  return log;
}

/** Another one that gave way may have written its own there. */
function writePid({ bridgePid }: Paths): void {
  if (textOf(bridgePid) !== String(process.pid)) writePrivate(bridgePid, `${process.pid}\n`);
}

async function look(paths: Paths, bridge: Bridge, log: Log, ask: Ending['ask']): Promise<void> {
  try {
    if (await bridge.check()) writePid(paths);
    else ask('another bridge has taken its place', errors.Overloaded.exit);
  } catch (error) {
    if (isPassing(error))
      return log({ level: 'warn', message: 'its names cannot be looked at now', reason: String(error) });
    log({ level: 'error', message: 'a socket could not be had again', reason: String(error) });
    ask('nobody can reach it', 1);
  }
}

/** Too many files are open, which says nothing of the names: there is another look in a moment. */
const isPassing = (error: unknown) => ['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '');

interface Ending {
  readonly ask: (reason: string, code: number) => void;
  readonly asked: Promise<{ readonly reason: string; readonly code: number }>;
}

/** The first reason to stop ends in order, a second signal at once. */
function createEnding(log: Log): Ending {
  let ask: Ending['ask'] = () => {};
  const asked: Ending['asked'] = new Promise((resolve) => {
    ask = (reason, code) => resolve({ reason, code });
  });
  let signals = 0;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (++signals > 1) process.exit(1);
      ask(signal, 0);
    });
  }
  process.on('uncaughtException', (error) => {
    log({ level: 'error', message: 'a bug ended the bridge', stack: error.stack });
    process.stderr.write(`rdv-bridge: ${error.stack}\n`);
    process.exit(1);
  });
  return { ask, asked };
}
