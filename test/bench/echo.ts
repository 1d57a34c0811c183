/** From a key to its echo: through the daemon, and through bare tmux control mode. The program is `cat` on a raw terminal. */
import { startDaemon } from '../support/daemon.js';
import { openControl } from './control.js';
import { compete } from './measure.js';
import type { Row } from './table.js';
import { openWire, type Wire } from './wire.js';

/** The terminal itself echoes nothing and keeps no lines: what comes back comes from the program. */
const PROGRAM = 'stty raw -echo; echo ready; exec cat';

/** Keys come with rests between them, as from a fast typist: bytes that follow close on others are gathered by design. */
export async function echo(): Promise<Row[]> {
  const daemon = await startDaemon();
  const wire = await openWire(daemon.home);
  const control = await openControl(`${daemon.tmux}-bare`, PROGRAM);
  try {
    const ours = await oursOf(wire);
    const heard = listening((listener) => {
      control.onOutput = listener;
    });
    const rival = async () => {
      const back = heard((text) => text.includes('k'));
      control.send('send-keys -H 6b');
      await back;
    };
    const times = await compete({ ours, rival }, { rounds: 20, each: 20, restMs: 15 });
    return [
      { what: 'key to echo p50, rival bare control mode', unit: 'ms', ours: times.ours.p50, rival: times.rival.p50 },
      { what: 'key to echo p99, rival bare control mode', unit: 'ms', ours: times.ours.p99, rival: times.rival.p99 },
    ];
  } finally {
    wire.close();
    await control.close();
    await daemon.stop();
  }
}

async function oursOf(wire: Wire): Promise<() => Promise<void>> {
  const { id } = await wire.call('session/create', { command: ['sh', '-c', PROGRAM] });
  await wire.call('session/wait', { id, until: 'pattern', pattern: 'ready' });
  const { streamId } = await wire.call('terminal/open', { sessionId: id, flow: false });
  const heard = listening((listener) =>
    wire.on('terminal/output', ({ data }) => listener(Buffer.from(data, 'base64'))),
  );
  return async () => {
    const back = heard((text) => text.includes('k'));
    void wire.call('terminal/input', { streamId, data: 'aw==' });
    await back;
  };
}

/** Waits for the first piece of output that fits. */
function listening(hook: (listener: (bytes: Buffer) => void) => void) {
  let waiting: { fits(text: string): boolean; resolve(): void } | undefined;
  hook((bytes) => {
    if (!waiting?.fits(bytes.toString('latin1'))) return;
    const { resolve } = waiting;
    waiting = undefined;
    resolve();
  });
  return (fits: (text: string) => boolean) =>
    new Promise<void>((resolve) => {
      waiting = { fits, resolve };
    });
}
