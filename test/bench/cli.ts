/** What a person waits for: `rdv ls` and Tab, against Node that does nothing and against `tmux ls`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startDaemon } from '../support/daemon.js';
import { root } from '../support/documents.js';
import { compete, WITHOUT_RATES } from './measure.js';
import { atMostPlus, type Row } from './table.js';
import { openWire } from './wire.js';

const SESSIONS = 10;

export async function cli(): Promise<Row[]> {
  const daemon = await startDaemon({ config: WITHOUT_RATES });
  const wire = await openWire(daemon.home);
  try {
    for (let i = 0; i < SESSIONS; i++) await wire.call('session/create', { name: `n${i}`, command: ['cat'] });
    const environment = { ...process.env, REMOTE_DEV_DIR: daemon.home };
    const times = await compete(
      {
        ours: () => run(environment, process.execPath, join(root, 'dist/rdv.cjs'), 'ls'),
        tab: () => run(environment, process.execPath, join(root, 'dist/rdv.cjs'), 'complete', '--', 'attach', ''),
        node: () => run(environment, process.execPath, '-e', '0'),
        tmux: () => run(environment, 'tmux', '-L', daemon.tmux, 'ls'),
      },
      { rounds: 20, each: 1, asleep: true },
    );
    const { ours, tab, node, tmux } = times;
    return [
      {
        what: `rdv ls (${SESSIONS} sessions) p50, rival node -e 0`,
        unit: 'ms',
        ours: ours.p50,
        rival: node.p50,
        goal: atMostPlus(15, 'node floor'),
      },
      {
        what: `rdv ls (${SESSIONS} sessions) p50, rival tmux ls`,
        unit: 'ms',
        ours: ours.p50,
        rival: tmux.p50,
      },
      {
        what: `Tab behind rdv attach (${SESSIONS} sessions) p50, rival node -e 0`,
        unit: 'ms',
        ours: tab.p50,
        rival: node.p50,
        goal: atMostPlus(40, 'node floor'),
      },
    ];
  } finally {
    wire.close();
    await daemon.stop();
  }
}

async function run(env: NodeJS.ProcessEnv, program: string, ...args: string[]): Promise<void> {
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}`);
}
