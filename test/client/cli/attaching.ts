/** A daemon and sessions to attach to in terminals of their own, for tests; `close()` leaves nothing. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RESTORE } from '../../../client/cli/modes.js';
import { type DaemonOptions, startDaemon } from '../../support/daemon.js';
import { type Environment, inTerminal, rdv, type Screen } from './program.js';

export type Attaching = Awaited<ReturnType<typeof openAttaching>>;

const wild = String.raw`\033[?1049h\033[?1003h\033[?1006h\033[?2004h\033[?1004h\033[?1h\033=\033[?25l\033[2;5r\033[>1u\033[41m`;

export async function openAttaching(options: DaemonOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'rdv-attach-'));
  const daemon = await startDaemon(options);
  const run = (...args: string[]) => rdv(daemon.home, args);
  let made = 0;

  return {
    daemon,
    folder,
    run,
    /** A new session's name; its program sets every mode it can, says so and then does what it is given. */
    async session(script: string, modes = wild): Promise<string> {
      const name = `s${++made}`;
      await run('new', '-d', '--name', name, '--', 'sh', '-c', `printf '${modes}'; echo ready; ${script}`);
      return name;
    },
    /** Attaches in a terminal whose settings are noted before and after. */
    async attached(name: string, options = '', more: Environment = {}): Promise<Screen> {
      const hook = join(folder, 'hook.cjs');
      writeFileSync(
        hook,
        `require('fs').writeFileSync(${JSON.stringify(join(folder, 'pid'))}, String(process.pid)); process.on('SIGUSR2', () => { throw new Error('boom'); });`,
      );
      const attach = `NODE_OPTIONS="--require ${hook}" $RDV attach ${name} ${options}`;
      const screen = inTerminal(
        daemon.home,
        `stty -a > ${folder}/before; ${attach}; code=$?; stty -a > ${folder}/after; echo "code $code"`,
        more,
      );
      await screen.shows('ready');
      return screen;
    },
    /** Of the newest attach. */
    pid: () => Number(readFileSync(join(folder, 'pid'), 'utf8')),
    /** The farewell and the code are shown after the restore sequence, and the terminal is as it was. */
    async givenBack(screen: Screen, farewell: string, code: number): Promise<void> {
      await screen.shows(RESTORE);
      await screen.shows(`${farewell}\r\n`);
      await screen.shows(`code ${code}`);
      await screen.ended;
      assert.equal(readFileSync(`${folder}/after`, 'utf8'), readFileSync(`${folder}/before`, 'utf8'));
    },
    async close(): Promise<void> {
      await daemon.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
