/** bin `rdv-bridge`: reads its arguments and settings, and serves until it is told to end. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { errors, RpcError } from '#protocol/errors';
import { homeFolder, pathsIn } from '#protocol/paths';
import { readSettings } from '../client/settings.js';
import { live } from './life.js';
import { settingsFrom } from './settings.js';

async function main(): Promise<void> {
  const { port, background } = readArguments(process.argv.slice(2));
  process.umask(0o077);
  const paths = pathsIn(homeFolder(process.env, homedir()));
  const settings = settingsFrom(await readSettings(join(__dirname, 'rdvd.cjs'), paths));
  await live({ paths, settings: { ...settings, port: port ?? settings.port }, background });
}

interface Arguments {
  /** Instead of that of the configuration. */
  readonly port: number | undefined;
  /** Without a terminal: its log goes to a file. */
  readonly background: boolean;
}

/** Throws InvalidParams. */
function readArguments(args: string[]): Arguments {
  try {
    const options = { port: { type: 'string' }, background: { type: 'boolean', default: false } } as const;
    const { port, background } = parseArgs({ args, options }).values;
    if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535))
      throw new Error(`Expected --port to be 0-65535, got "${port}".`);
    return { port: port === undefined ? undefined : Number(port), background };
  } catch (error) {
    throw new RpcError('InvalidParams', (error as Error).message);
  }
}

main().catch((error: unknown) => {
  const expected = error instanceof RpcError;
  const said = expected ? error.message : (error as Error).stack!;
  process.stderr.write(`rdv-bridge: ${said.replaceAll('\n', '\nrdv-bridge: ')}\n`);
  process.exit(expected ? errors[error.kind].exit : 1);
});
