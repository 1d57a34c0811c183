/** The program `rdv`: hot commands at once, everything else by the full program, loaded only then. */
import { RpcError } from '#protocol/errors';
import { findEndpoint } from '../endpoint.js';
import { runHook } from '../hook/hook.js';
import { isHooked } from '../hook/report.js';
import { quickConnect } from '../quick.js';
import { tellFailure } from './fail.js';
import { parseLight } from './light.js';
import { createOutput, createVoice, endOnClosedOutput } from './output.js';
import { version } from './version.js';

const TIMEOUT_MS = 30_000;

/** False when it takes the full program: an unusual command line, another machine, or a daemon that must be started first. */
async function runLight(argv: readonly string[]): Promise<boolean> {
  const command = process.env.RDV_HOST ? undefined : parseLight(argv);
  if (!command) return false;
  const { socketPath, token } = findEndpoint();
  const client = await quickConnect({ socketPath, token, version, timeoutMs: TIMEOUT_MS });
  if (!client) return false;
  const interrupted = () => process.exit(130);
  process.once('SIGINT', interrupted);
  try {
    await command.run({ call: client.call, output: createOutput(command.flags, createVoice()) });
  } catch (error) {
    if (isHandedOver(error, command.reads)) return false;
    throw error;
  } finally {
    process.off('SIGINT', interrupted);
    client.close();
  }
  return true;
}

/** The daemon is being replaced and did not do what was asked of it last; what came before only read. */
function isHandedOver(error: unknown, reads: boolean): boolean {
  const { code } = error instanceof RpcError ? error.data : {};
  return code === 'RESTARTING' || (reads && code === 'CONNECTION_LOST');
}

async function main(argv: readonly string[]): Promise<void> {
  // The other words behind `hook` are methods, with options and help. A hook tells the daemon of its own session, always.
  if (argv[0] === 'hook' && isHooked(argv[1])) await runHook(argv.slice(1), version);
  if (argv[0] === 'complete') return (await import('./complete.js')).runComplete(argv.slice(1));
  endOnClosedOutput();
  // Shells run it as they start.
  if (argv[0] === 'completion' && argv.length === 2 && (await import('./complete.js')).printScript(argv[1]!)) return;
  try {
    if (await runLight(argv)) return;
  } catch (error) {
    process.exitCode = tellFailure(error, false);
    return;
  }
  const { runFull } = await import('./full.js');
  process.exitCode = await runFull(argv);
}

void main(process.argv.slice(2));
