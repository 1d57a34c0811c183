/** What a model waits for over `rdv mcp`, and what it costs it: start-up, the list of tools, an unchanged screen, a cancelled call. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { ResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { type Started, startMcp } from '../client/mcp/started.js';
import { startDaemon } from '../support/daemon.js';
import { compete, sampleOf, WITHOUT_RATES } from './measure.js';
import { atMost, type Row } from './table.js';
import { openWire, type Wire } from './wire.js';

const ROUNDS = 20;

export async function mcp(): Promise<Row[]> {
  const daemon = await startDaemon({ config: WITHOUT_RATES });
  const wire = await openWire(daemon.home);
  const rdv = await startMcp(daemon.home);
  try {
    await wire.call('session/create', { name: 'quiet', command: ['cat'] });
    return [
      await startUp(daemon.home),
      ...(await answers(rdv)),
      await cancelledWait(rdv, wire),
      await cancelledRun(rdv, wire),
    ];
  } finally {
    await rdv.close();
    wire.close();
    await daemon.stop();
  }
}

async function startUp(home: string): Promise<Row> {
  const [ours, rival]: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    const times = [await timed(() => startMcp(home)), await timed(node)] as const;
    await times[0].result.close();
    // The first warms up.
    if (round === 0) continue;
    ours.push(times[0].ms);
    rival.push(times[1].ms);
  }
  const what = 'rdv mcp to the first tools/list p50, rival node -e 0 to its end';
  return { what, unit: 'ms', ours: sampleOf(ours).p50, rival: sampleOf(rival).p50 };
}

async function node(): Promise<void> {
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit');
}

async function timed<T>(what: () => Promise<T>): Promise<{ readonly ms: number; readonly result: T }> {
  const since = performance.now();
  const result = await what();
  return { ms: performance.now() - since, result };
}

async function answers({ mcp: client, call }: Started): Promise<Row[]> {
  const listed = await client.listTools();
  const { structured } = await call('terminal_read', { session: 'quiet' });
  const unchanged = () => call('terminal_read', { session: 'quiet', cursor: structured.cursor });
  const { bytes } = await unchanged();
  // As `listTools`, but that a client of the library also makes checks of all that is listed.
  const list = () => client.request({ method: 'tools/list' }, ResultSchema);
  const times = await compete({ list, unchanged, ping: () => client.ping() }, { rounds: ROUNDS, each: 20 });
  const rival = times.ping.p50;
  return [
    { what: 'tools/list', unit: 'bytes', ours: Buffer.byteLength(JSON.stringify(listed)), goal: atMost(12_000) },
    { what: 'tools/list p50, rival ping of MCP', unit: 'ms', ours: times.list.p50, rival },
    { what: 'terminal_read, unchanged', unit: 'bytes', ours: bytes, goal: atMost(200) },
    { what: 'terminal_read, unchanged p50, rival ping of MCP', unit: 'ms', ours: times.unchanged.p50, rival },
  ];
}

/** From the cancel to the daemon's having ended the call, as it counts calls itself; the slowest. */
async function cancelledWait({ call }: Started, wire: Wire): Promise<Row> {
  const times = await cancelling(async (signal) => {
    const before = await waitsEnded(wire);
    const asked = call('terminal_wait', { session: 'quiet', until: 'exit' }, { signal }).catch(() => {});
    await begun();
    return async () => {
      while ((await waitsEnded(wire)) === before);
      return asked;
    };
  });
  return row('terminal_wait', times);
}

/** The same, to the end of the command and of its session. */
async function cancelledRun({ call }: Started, wire: Wire): Promise<Row> {
  let closed = () => {};
  wire.on('session/changed', ({ session }) => session.status === 'closed' && closed());
  await wire.call('event/subscribe', { names: ['session/changed'] });
  const times = await cancelling(async (signal) => {
    const over = new Promise<void>((resolve) => (closed = resolve));
    const asked = call('terminal_run', { command: 'sleep 1000' }, { signal }).catch(() => {});
    await begun();
    return () => Promise.all([over, asked]);
  });
  return row('terminal_run', times);
}

/** The daemon has had time to begin it. */
const begun = () => setTimeout(300);

/** `begin` resolves with what is awaited from the cancel on. */
async function cancelling(begin: (signal: AbortSignal) => Promise<() => Promise<unknown>>): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const cancel = new AbortController();
    const over = await begin(cancel.signal);
    const { ms } = await timed(() => {
      cancel.abort();
      return over();
    });
    if (round > 0) times.push(ms);
  }
  return times;
}

const row = (tool: string, times: readonly number[]): Row => ({
  ...{ what: `${tool}: from the cancel to its end in the daemon, slowest of ${ROUNDS}`, unit: 'ms' },
  ...{ ours: Math.max(...times), goal: atMost(200) },
});

async function waitsEnded(wire: Wire): Promise<number> {
  const { metrics } = await wire.call('daemon/metrics', {});
  const { samples } = metrics.find(({ name }) => name === 'rdv_requests_total')!;
  return samples.reduce((sum, { labels, value }) => sum + (labels.method === 'session/wait' ? value : 0), 0);
}
