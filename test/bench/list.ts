/** `session/list` of 200 sessions: read whole from the cache, and told that nothing changed. */
import { join } from 'node:path';
import { startDaemon } from '../support/daemon.js';
import { compete, WITHOUT_RATES } from './measure.js';
import { rawRival } from './rivals.js';
import { atMost, type Row } from './table.js';
import { openWire } from './wire.js';

const SESSIONS = 200;
const REQUEST_BYTES = 100;

export async function list(): Promise<Row[]> {
  const daemon = await startDaemon({ config: WITHOUT_RATES });
  const wire = await openWire(daemon.home);
  try {
    for (let i = 0; i < SESSIONS; i++) await wire.call('session/create', { name: `n${i}`, command: ['cat'] });
    // Output of starting programs would go on touching the sessions, and each touch is another revision.
    const { revision } = await settled(wire);
    const whole = await wire.callRaw('session/list', {});
    const same = await wire.callRaw('session/list', { revision });
    const rival = await rawRival(join(daemon.home, 'raw.sock'), REQUEST_BYTES, whole.length);
    const small = await rawRival(join(daemon.home, 'small.sock'), REQUEST_BYTES, same.length);
    const contestants = {
      cached: () => wire.callRaw('session/list', {}),
      unchanged: () => wire.callRaw('session/list', { revision }),
      raw: rival.call,
      small: small.call,
    };
    const times = await compete(contestants, { rounds: 40, each: 50 });
    await Promise.all([rival.close(), small.close()]);
    const us = (name: keyof typeof times) => times[name].p50 * 1000;
    const kib = Math.round(whole.length / 1024);
    return [
      {
        what: `list of ${SESSIONS} p50 (${kib} KiB), rival same bytes raw`,
        unit: 'us',
        ours: us('cached'),
        rival: us('raw'),
        goal: atMost(220),
      },
      { what: 'unchanged p50, rival same bytes raw', unit: 'us', ours: us('unchanged'), rival: us('small') },
    ];
  } finally {
    wire.close();
    await daemon.stop();
  }
}

/** Resolves when the list has been the same for two seconds. */
async function settled(wire: Awaited<ReturnType<typeof openWire>>): Promise<{ revision: string }> {
  for (let last = ''; ; ) {
    const { revision } = await wire.call('session/list', {});
    if (revision === last) return { revision };
    last = revision;
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}
