/** The program `rdv-bridge`: reads its settings, serves until a signal, and leaves nothing behind. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { homeFolder, pathsIn } from '#protocol/paths';
import { readSettings } from '../client/settings.js';
import { openBridge } from './bridge.js';
import { settingsFrom } from './settings.js';
import { version } from './version.js';

async function main(): Promise<void> {
  const paths = pathsIn(homeFolder(process.env, homedir()));
  const settings = settingsFrom(await readSettings(join(__dirname, 'rdvd.cjs'), paths));
  const log = (entry: object) => process.stderr.write(`${JSON.stringify(entry)}\n`);
  const bridge = await openBridge({ socketPath: paths.socket, settings, portFile: paths.bridgePort, version, log });
  writeFileSync(paths.bridgePid, String(process.pid), { mode: 0o600 });
  const stop = () => {
    void bridge.close().then(() => {
      if (readFileSync(paths.bridgePid, 'utf8') === String(process.pid)) rmSync(paths.bridgePid);
      process.exit(0);
    });
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
  process.stdout.write(`${JSON.stringify({ ready: bridge.listeners.map(({ at }) => at) })}\n`);
}

main().catch((error) => {
  process.stderr.write(`rdv-bridge: ${error.message}\n`);
  process.exit(1);
});
