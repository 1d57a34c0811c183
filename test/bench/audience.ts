/** A crowd of viewers in a process of its own: many that read and acknowledge, one that never does, one that never reads. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { stream as sizes } from '#protocol';
import { openWire, type Wire } from './wire.js';

/** What viewers that read and acknowledge got, all together. */
export interface Got {
  readonly seconds: number;
  readonly bytes: number;
  /** Bytes left out by gaps. */
  readonly skipped: number;
}

export interface Audience {
  /** Resolves when every stream is open. One connection each for so many viewers as are listed. */
  join(sessionId: string, viewers: readonly number[]): Promise<void>;
  /** Ends all connections. */
  leave(): Promise<Got>;
  close(): Promise<void>;
}

/**
 * Besides the viewers asked for, `join` brings one that never acknowledges and one that never reads. They would sit at
 * machines of their own, so here their process gives way to all others.
 */
export async function openAudience(home: string): Promise<Audience> {
  const child = fork(fileURLToPath(import.meta.url), [home]);
  await once(child, 'message');
  setPriority(child.pid!, constants.priority.PRIORITY_LOW);
  return {
    join: (sessionId, viewers) => ask(child, { sessionId, viewers }),
    leave: () => ask(child, {}),
    async close() {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

interface Order {
  readonly sessionId?: string;
  readonly viewers?: readonly number[];
}

async function ask<T>(child: ChildProcess, order: Order): Promise<T> {
  child.send(order);
  const [answer] = await once(child, 'message');
  return answer;
}

function createSeats(home: string) {
  const wires: Wire[] = [];
  let got = { bytes: 0, skipped: 0 };
  let since = 0;

  const seat = async (sessionId: string, viewers: number, acknowledge: boolean, flow: boolean): Promise<Wire> => {
    const wire = await openWire(home);
    wires.push(wire);
    const acknowledged = new Map<string, number>();
    wire.onOutput(({ streamId, from, to }) => {
      if (!acknowledge) return;
      got.bytes += to - from;
      if (to - (acknowledged.get(streamId) ?? from) < sizes.ackEveryBytes && acknowledged.has(streamId)) return;
      acknowledged.set(streamId, to);
      void wire.call('terminal/ack', { streamId, offset: to });
    });
    wire.on('terminal/gap', ({ from, to }) => {
      got.skipped += acknowledge ? to - from : 0;
    });
    for (let i = 0; i < viewers; i++) await wire.call('terminal/open', { sessionId, mode: 'ro', flow });
    return wire;
  };

  return {
    async join(sessionId: string, viewers: readonly number[]) {
      got = { bytes: 0, skipped: 0 };
      await seat(sessionId, 1, false, true);
      (await seat(sessionId, 1, false, false)).fallSilent();
      await Promise.all(viewers.map((count) => seat(sessionId, count, true, true)));
      got.bytes = 0;
      since = performance.now();
    },
    leave(): Got {
      for (const wire of wires.splice(0)) wire.close();
      return { ...got, seconds: (performance.now() - since) / 1000 };
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.send) {
  const seats = createSeats(process.argv[2]!);
  process.on('message', async ({ sessionId, viewers }: Order) => {
    if (sessionId) await seats.join(sessionId, viewers!);
    process.send!(sessionId ? 'seated' : seats.leave());
  });
  process.send('ready');
}
