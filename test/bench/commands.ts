/** The same question by a program each, as a simple web terminal asks tmux, and over the daemon's connection. */
import { execa } from 'execa';
import { startDaemon } from '../support/daemon.js';
import { compete, WITHOUT_RATES } from './measure.js';
import { less, type Row } from './table.js';
import { openWire } from './wire.js';

const SESSIONS = 50;

/** Both ask the same tmux server. */
export async function commands(): Promise<Row[]> {
  const daemon = await startDaemon({ config: WITHOUT_RATES });
  const wire = await openWire(daemon.home);
  const tmux = (...words: string[]) => execa('tmux', ['-L', daemon.tmux, ...words]);
  try {
    for (let i = 1; i < SESSIONS; i++) await wire.call('session/create', { name: `n${i}`, command: ['cat'] });
    const { id, tmuxSessionName: name } = await wire.call('session/create', { name: 'asked', command: ['cat'] });
    const pairs = {
      'list, rival list-sessions': [() => wire.call('session/list', {}), () => tmux('list-sessions')],
      'get, rival has-session': [() => wire.call('session/get', { id }), () => tmux('has-session', '-t', name)],
      'screen, rival capture-pane': [
        () => wire.call('session/scrollback', { id, lines: 0 }),
        () => tmux('capture-pane', '-p', '-t', name),
      ],
      'type, rival send-keys': [
        () => wire.call('session/send', { id, text: 'x' }),
        () => tmux('send-keys', '-t', name, '-l', 'x'),
      ],
    } satisfies Record<string, [() => Promise<unknown>, () => Promise<unknown>]>;
    const rows: Row[] = [];
    for (const [what, [ours, rival]] of Object.entries(pairs)) {
      const times = await compete({ ours, rival }, { rounds: 10, each: 10 });
      rows.push({ what: `${what} p50`, unit: 'ms', ours: times.ours.p50, rival: times.rival.p50, goal: less });
    }
    return rows;
  } finally {
    wire.close();
    await daemon.stop();
  }
}
