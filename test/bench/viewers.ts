/** Ten viewers of one session: ten streams of ours against ten `tmux attach`, as a simple web terminal has them. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { stream as sizes } from '#protocol';
import { type Daemon, startDaemon } from '../support/daemon.js';
import { openAttaching, type View } from './attach.js';
import { compete } from './measure.js';
import { cpuSeconds, descendants, memoryOf } from './proc.js';
import { less, type Row } from './table.js';
import { openWire, type Wire } from './wire.js';

const VIEWERS = 10;
/** Printed once, delivered to each viewer. */
const MB = 10;
const SETTLE_MS = 1500;
const LINE = 'The quick brown fox jumps over the lazy dog and runs 0123456789 times around the old red barn at dawn.';
const LAST = 'all is printed';
/** Prints when Enter comes, then sends back what is typed. */
const PROGRAM = [
  'stty -echo; echo ready; read go',
  `yes '${LINE}' | head -n ${Math.floor((MB * 1e6) / (LINE.length + 2))}; echo '${LAST}'`,
  'stty raw; exec cat',
].join('; ');

export async function viewers(): Promise<Row[]> {
  const daemon = await startDaemon();
  const rival = await openAttaching(`${daemon.tmux}-bare`, join(daemon.home, 'attach.sock'), PROGRAM);
  const wires: Wire[] = [];
  try {
    const { id, open } = await session(daemon, wires);
    const sides = {
      ours: await seat(daemon.pid, serverPid(daemon.tmux), () => open(id)),
      rival: await seat(rival.server.pid!, serverPid(`${daemon.tmux}-bare`), rival.open),
    };
    const sent = { ours: await deliver(sides.ours), rival: await deliver(sides.rival) };
    const times = await compete(
      { ours: () => echo(sides.ours.views[0]!), rival: () => echo(sides.rival.views[0]!) },
      { rounds: 20, each: 10, restMs: 15 },
    );
    const { ours, rival: theirs } = sides;
    return [
      {
        what: `memory a viewer (PSS, server, tmux and helpers; ${VIEWERS} viewers), rival tmux attach in a pty each`,
        unit: 'KiB',
        ours: ours.kib / VIEWERS,
        rival: theirs.kib / VIEWERS,
        goal: less,
      },
      { what: 'helper processes for the viewers', unit: '', ours: ours.helpers, rival: theirs.helpers, goal: less },
      {
        what: `CPU for ${MB} MB to ${VIEWERS} viewers, server, tmux and helpers`,
        unit: 's',
        ours: sent.ours.cpu,
        rival: sent.rival.cpu,
      },
      { what: '  time until all have the last line', unit: 's', ours: sent.ours.seconds, rival: sent.rival.seconds },
      { what: '  each viewer got (tmux attach leaves out)', unit: 'MB', ours: sent.ours.mb, rival: sent.rival.mb },
      {
        what: '  CPU for each MB a viewer got',
        unit: 'ms',
        ours: (sent.ours.cpu * 1000) / sent.ours.mb / VIEWERS,
        rival: (sent.rival.cpu * 1000) / sent.rival.mb / VIEWERS,
        goal: less,
      },
      { what: 'key to echo p50', unit: 'ms', ours: times.ours.p50, rival: times.rival.p50 },
      { what: 'key to echo p99', unit: 'ms', ours: times.ours.p99, rival: times.rival.p99 },
    ];
  } finally {
    for (const { close } of wires) close();
    await rival.close();
    await daemon.stop();
  }
}

/** Each viewer of ours on a connection of its own. */
async function session(daemon: Daemon, wires: Wire[]) {
  const wire = await openWire(daemon.home);
  wires.push(wire);
  const { id } = await wire.call('session/create', { command: ['sh', '-c', PROGRAM] });
  await wire.call('session/wait', { id, until: 'pattern', pattern: 'ready' });
  const open = async (sessionId: string): Promise<View> => {
    const own = await openWire(daemon.home);
    wires.push(own);
    const { streamId, offset } = await own.call('terminal/open', { sessionId });
    let acknowledged = offset;
    const view: View = {
      onData: () => {},
      type: (text) => void own.call('terminal/input', { streamId, data: Buffer.from(text).toString('base64') }),
    };
    own.on('terminal/output', ({ offset: from, data }) => {
      const bytes = Buffer.from(data, 'base64');
      view.onData(bytes);
      if (from + bytes.length - acknowledged < sizes.ackEveryBytes) return;
      acknowledged = from + bytes.length;
      void own.call('terminal/ack', { streamId, offset: acknowledged });
    });
    // A viewer that was moved forward goes on from the picture.
    own.on('terminal/snapshot', ({ data, offset: at }) => {
      acknowledged = at;
      view.onData(Buffer.from(data, 'base64'));
    });
    return view;
  };
  return { id, open };
}

interface Side {
  readonly views: readonly View[];
  readonly kib: number;
  readonly helpers: number;
  pids(): number[];
}

/** Opens the viewers and tells what they added. */
async function seat(server: number, tmux: number, open: () => Promise<View>): Promise<Side> {
  const pids = () => [server, tmux, ...descendants(server)];
  await setTimeout(SETTLE_MS);
  const before = { kib: memoryOf(...pids()).pssKiB, helpers: pids().length };
  const views = await Promise.all(Array.from({ length: VIEWERS }, open));
  await setTimeout(SETTLE_MS);
  return { views, pids, kib: memoryOf(...pids()).pssKiB - before.kib, helpers: pids().length - before.helpers };
}

/** From Enter until every viewer has the last line. */
async function deliver({ views, pids }: Side): Promise<{ cpu: number; seconds: number; mb: number }> {
  const counted = pids();
  const [used, started] = [cpuSeconds(...counted), performance.now()];
  let bytes = 0;
  const whole = views.map(
    (view) =>
      new Promise<void>((resolve) => {
        let tail = '';
        view.onData = (data) => {
          bytes += data.length;
          tail = (tail + data.toString('latin1')).slice(-4096);
          if (tail.includes(LAST)) resolve();
        };
      }),
  );
  views[0]!.type('\r');
  await Promise.all(whole);
  const seconds = (performance.now() - started) / 1000;
  return { cpu: cpuSeconds(...counted) - used, seconds, mb: bytes / 1e6 / views.length };
}

function echo(view: View): Promise<void> {
  return new Promise((resolve) => {
    view.onData = (bytes) => bytes.includes('~') && resolve();
    view.type('~');
  });
}

function serverPid(socketName: string): number {
  return Number(execFileSync('tmux', ['-L', socketName, 'display-message', '-p', '#{pid}']));
}
