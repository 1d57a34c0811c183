/** Fifty viewers watch one session, and two more behave badly: what that does to somebody else's keys, and to the daemon. */
import { setTimeout } from 'node:timers/promises';
import { type Daemon, startDaemon } from '../support/daemon.js';
import { type Got, openAudience } from './audience.js';
import { sampleOf } from './measure.js';
import { openProbe, type Probe } from './probe.js';
import { cpuSeconds, memoryOf } from './proc.js';
import { atMost, type Row, ratioAtMost } from './table.js';
import { openWire } from './wire.js';

/** Five connections of five viewers each, the others with a connection of their own. */
const VIEWERS = [...Array<number>(5).fill(5), ...Array<number>(25).fill(1)];
/** With and without the crowd in turns; `BENCH_SECONDS` shortens them. */
const ROUNDS = 2;
const PHASE_MS = (Number(process.env.BENCH_SECONDS ?? 60) * 1000) / 10;
/** Rest after a key, and for streams to come into their swing. */
const REST_MS = 15;
const SETTLE_MS = 500;

/** No program prints a tilde of its own, so the keys are found in what it prints. */
const LINE = 'The quick brown fox jumps over the lazy dog and runs 0123456789 times around the old red barn at dawn.';
const moderate = `setInterval(() => process.stdout.write('${LINE}\\n'.repeat(100)), 50)`;
const programs = {
  floods: `yes '${LINE}'`,
  'prints 0.2 MB/s': `'${process.execPath}' -e "${moderate}"`,
};

export async function crowd(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [does, program] of Object.entries(programs)) rows.push(...(await watched(does, program, VIEWERS)));
  return rows;
}

/** The two that behave badly, by themselves. */
export async function lazy(): Promise<Row[]> {
  return watched('floods', programs.floods, []);
}

/** The session prints by one program and echoes by another. */
async function watched(does: string, program: string, viewers: readonly number[]): Promise<Row[]> {
  const daemon = await startDaemon();
  const wire = await openWire(daemon.home);
  const audience = await openAudience(daemon.home);
  const begin = async (command: string) => {
    const { id } = await wire.call('session/create', { command: ['sh', '-c', `stty raw -echo opost; ${command}`] });
    return { id, probe: await openProbe(daemon.home, id) };
  };
  const [other, same] = [await begin('exec cat'), await begin(`${program} & exec cat`)];
  const probes = { other: other.probe, same: same.probe };
  try {
    const alone: Phase[] = [];
    const crowded: Phase[] = [];
    const got = { bytes: 0, skipped: 0, seconds: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      alone.push(await phase(daemon, probes));
      await audience.join(same.id, viewers);
      crowded.push(await phase(daemon, probes));
      const { bytes, skipped, seconds } = await audience.leave();
      got.bytes += bytes;
      got.skipped += skipped;
      got.seconds += seconds;
    }
    const count = viewers.reduce((sum, each) => sum + each, 0);
    return rowsOf(`a session ${does}, ${count} + 2 viewers`, alone, crowded, got);
  } finally {
    for (const { close } of [...Object.values(probes), wire]) close();
    await audience.close();
    await daemon.stop();
  }
}

interface Phase {
  readonly keys: Readonly<Record<'other' | 'same', readonly number[]>>;
  readonly mostKiB: number;
  readonly cpu: number;
}

async function phase(daemon: Daemon, probes: Readonly<Record<'other' | 'same', Probe>>): Promise<Phase> {
  await setTimeout(SETTLE_MS);
  let mostKiB = 0;
  const sampling = setInterval(() => {
    mostKiB = Math.max(mostKiB, memoryOf(daemon.pid).rssKiB);
  }, 100);
  const [started, used] = [performance.now(), cpuSeconds(daemon.pid)];
  const type = async ({ key }: Probe) => {
    const times: number[] = [];
    while (performance.now() - started < PHASE_MS) {
      times.push(await key());
      await setTimeout(REST_MS);
    }
    return times;
  };
  const [other, same] = await Promise.all([type(probes.other), type(probes.same)]);
  clearInterval(sampling);
  return { keys: { other, same }, mostKiB, cpu: cpuSeconds(daemon.pid) - used };
}

function rowsOf(scene: string, alone: readonly Phase[], crowded: readonly Phase[], got: Got): Row[] {
  const times = (phases: readonly Phase[], whose: 'other' | 'same') =>
    sampleOf(phases.flatMap(({ keys }) => keys[whose]));
  // What a crowd made the daemon take stays with it for a while, so only what was before the first one is without it.
  const grownKiB = Math.max(...crowded.map(({ mostKiB }) => mostKiB)) - alone[0]!.mostKiB;
  const cpu = (phases: readonly Phase[]) => phases.reduce((sum, phase) => sum + phase.cpu, 0);
  const echo = (whose: 'other' | 'same', of: 'p50' | 'p99'): Row => ({
    what: `${whose === 'other' ? 'another session' : 'the session itself'}: key to echo ${of}`,
    unit: 'ms',
    ours: times(crowded, whose)[of],
    rival: times(alone, whose)[of],
    ...(of === 'p99' && { goal: ratioAtMost(2) }),
  });
  return [
    { ...echo('other', 'p50'), what: `${scene}, rival none; another: key to echo p50` },
    echo('other', 'p99'),
    echo('same', 'p50'),
    echo('same', 'p99'),
    {
      what: 'daemon, memory grown at most by the crowd (RSS)',
      unit: 'MB',
      ours: (grownKiB * 1024) / 1e6,
      goal: atMost(20),
    },
    { what: 'daemon, CPU', unit: 's', ours: cpu(crowded), rival: cpu(alone) },
    ...(got.bytes > 0 ? deliveryOf(got, cpu(crowded)) : []),
  ];
}

function deliveryOf({ bytes, skipped, seconds }: Got, cpu: number): Row[] {
  return [
    { what: 'daemon, CPU per GB delivered', unit: 's', ours: (cpu * 1e9) / bytes },
    { what: 'delivered to all viewers', unit: 'MB/s', ours: bytes / 1e6 / seconds },
    { what: 'skipped by gaps, all viewers', unit: 'MB/s', ours: skipped / 1e6 / seconds },
  ];
}
