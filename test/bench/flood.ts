/** One client receives a flood of text lines: throughput, CPU, the daemon's memory, and how others fare meanwhile. */
import { execFileSync } from 'node:child_process';
import { stream as sizes } from '#protocol';
import { type Daemon, startDaemon } from '../support/daemon.js';
import { openControl } from './control.js';
import { cpuSeconds, descendants, memoryOf } from './proc.js';
import { type Pings, startPinger } from './rivals.js';
import { atMost, type Row, ratioAtLeast, ratioAtMost } from './table.js';
import { openWire } from './wire.js';

const LINE =
  'The quick brown fox jumps over the lazy dog and runs 0123456789 times around the old red barn at dawn.'.slice(
    0,
    100,
  );
/** Megabytes printed; `BENCH_MB` makes it less. */
const MB = Number(process.env.BENCH_MB ?? 100);
const LINES = Math.floor((MB * 1e6) / (LINE.length + 1));
/** Waits for Enter without echo; the terminal makes CR LF of each line's end, so this many bytes arrive. */
export const FLOOD = `stty -echo; echo ready; read go; yes "${LINE}" | head -n ${LINES}; sleep 60`;
export const BYTES = LINES * (LINE.length + 2);

/** Whose CPU is counted: everything but the program. This process is the reader. */
type Parts = Readonly<Record<'tmux' | 'daemon' | 'reader', readonly number[]>>;

interface Run {
  readonly seconds: number;
  readonly cpu: Readonly<Record<keyof Parts, number>>;
  readonly ping: Pings;
}

export async function flood(): Promise<Row[]> {
  const daemon = await startDaemon();
  try {
    const rival = await bare(`${daemon.tmux}-bare`);
    const ours = await through(daemon);
    const rate = ({ seconds }: Run) => BYTES / 1e6 / seconds;
    const cpu = ({ cpu: used }: Run, ...parts: (keyof Parts)[]) =>
      (parts.reduce((sum, part) => sum + used[part], 0) * 100e6) / BYTES;
    const all = ['tmux', 'daemon', 'reader'] as const;
    return [
      {
        what: 'throughput, rival bare control mode',
        unit: 'MB/s',
        ours: rate(ours),
        rival: rate(rival),
        goal: ratioAtLeast(0.9),
      },
      {
        what: 'CPU per 100 MB, all but the program',
        unit: 's',
        ours: cpu(ours, ...all),
        rival: cpu(rival, ...all),
        goal: ratioAtMost(1.25),
      },
      { what: '  of it tmux, server and client', unit: 's', ours: cpu(ours, 'tmux'), rival: cpu(rival, 'tmux') },
      { what: '  of it the daemon', unit: 's', ours: cpu(ours, 'daemon') },
      { what: '  of it the reader', unit: 's', ours: cpu(ours, 'reader'), rival: cpu(rival, 'reader') },
      { what: 'bytes skipped by gaps', unit: 'MB', ours: ours.skipped / 1e6 },
      { what: 'daemon, memory grown at most (RSS)', unit: 'MB', ours: (ours.grownKiB * 1024) / 1e6, goal: atMost(20) },
      {
        what: 'ping of another p50, rival raw echo by bare flood',
        unit: 'ms',
        ours: ours.ping.p50,
        rival: rival.ping.p50,
      },
      {
        what: `ping of another p99 (${ours.ping.pings} pings)`,
        unit: 'ms',
        ours: ours.ping.p99,
        rival: rival.ping.p99,
        goal: atMost(10),
      },
    ];
  } finally {
    await daemon.stop();
  }
}

async function bare(socketName: string): Promise<Run> {
  const control = await openControl(socketName, FLOOD);
  const pinger = await startPinger();
  try {
    const parts = { tmux: [serverPid(socketName), control.client.pid!], daemon: [], reader: [process.pid] };
    const run = await timed(parts, (done) => {
      let got = 0;
      control.onOutput = (bytes) => {
        got += bytes.length;
        if (got >= BYTES) done();
      };
      control.send('send-keys Enter');
    });
    return { ...run, ping: await pinger.end() };
  } finally {
    await control.close();
  }
}

/** The flood through a daemon, to one viewer on a connection of its own. */
export async function through(daemon: Daemon): Promise<Run & { skipped: number; grownKiB: number }> {
  const wire = await openWire(daemon.home);
  const pinger = await startPinger(daemon.home);
  try {
    const { id } = await wire.call('session/create', { command: ['sh', '-c', FLOOD] });
    await wire.call('session/wait', { id, until: 'pattern', pattern: 'ready' });
    const { streamId, offset: start } = await wire.call('terminal/open', { sessionId: id });
    const memory = { before: memoryOf(daemon.pid).rssKiB, most: 0 };
    const sampling = setInterval(() => {
      memory.most = Math.max(memory.most, memoryOf(daemon.pid).rssKiB);
    }, 100);
    let skipped = 0;
    let acknowledged = start;
    wire.on('terminal/gap', ({ from, to }) => {
      skipped += to - from;
    });
    const parts = {
      tmux: [serverPid(daemon.tmux), ...descendants(daemon.pid)],
      daemon: [daemon.pid],
      reader: [process.pid],
    };
    const run = await timed(parts, (done) => {
      wire.on('terminal/output', ({ offset, data }) => {
        const upTo = offset + Buffer.from(data, 'base64').length;
        if (upTo - acknowledged >= sizes.ackEveryBytes) {
          acknowledged = upTo;
          void wire.call('terminal/ack', { streamId, offset: upTo });
        }
        if (upTo - start >= BYTES) done();
      });
      void wire.call('terminal/input', { streamId, data: Buffer.from('\r').toString('base64') });
    });
    clearInterval(sampling);
    return { ...run, skipped, grownKiB: memory.most - memory.before, ping: await pinger.end() };
  } finally {
    wire.close();
  }
}

/** Time and CPU from now until `done` is called. */
async function timed(parts: Parts, begin: (done: () => void) => void): Promise<Omit<Run, 'ping'>> {
  const used = () => ({
    tmux: cpuSeconds(...parts.tmux),
    daemon: cpuSeconds(...parts.daemon),
    reader: cpuSeconds(...parts.reader),
  });
  const before = used();
  const started = performance.now();
  await new Promise<void>((resolve) => begin(resolve));
  const seconds = (performance.now() - started) / 1000;
  const after = used();
  return {
    seconds,
    cpu: { tmux: after.tmux - before.tmux, daemon: after.daemon - before.daemon, reader: after.reader - before.reader },
  };
}

function serverPid(socketName: string): number {
  return Number(execFileSync('tmux', ['-L', socketName, 'display-message', '-p', '#{pid}']));
}
