/** A followed terminal over a stub daemon, for tests: its events as text, what it opened and what it typed. */
import {
  type Client,
  connect,
  createShared,
  type FollowedEvent,
  type FollowedTerminal,
  type FollowOptions,
  followTerminal,
} from '#client';
import { type StubDaemon, startStub } from './stub-daemon.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');
export const done = () => ({ success: true });
const snapshot = (text: string) => ({ data: base64(text), cols: 80, rows: 24 });

/** Streams named s1, s2, ... in the order they are opened. One asked to resume does, unless it names a lost epoch. */
export function answersFor(epochs: readonly string[] = ['e1', 'e1', 'e1']) {
  let opened = 0;
  return {
    'terminal/open': ({ resume }: { resume?: { epoch: string; offset: number } }) => {
      const epoch = epochs[opened]!;
      const facts = { streamId: `s${++opened}`, epoch, cols: 80, rows: 24 };
      if (resume?.epoch === epoch) return { ...facts, offset: resume.offset, resumed: true };
      return { ...facts, offset: 100 * opened, resumed: false, snapshot: snapshot(`screen ${opened}`) };
    },
    'terminal/ack': done,
    'terminal/close': done,
    'terminal/resize': ({ cols, rows }: { cols: number; rows: number }) => ({ cols, rows }),
    'terminal/input': done as (params: any, stub: StubDaemon) => unknown,
  };
}

export interface Followed {
  readonly terminal: FollowedTerminal;
  readonly stub: StubDaemon;
  /** The next event, its bytes as text. */
  next(): Promise<object | undefined>;
  /** Output of a stream. */
  print(streamId: string, offset: number, text: string): void;
  /** What was typed, one text a call. */
  typed(): string[];
}

export interface More {
  readonly answers?: Parameters<typeof startStub>[0];
  readonly connecting?: (stub: StubDaemon) => FollowOptions['connect'];
}

export async function check(
  body: (followed: Followed) => Promise<void>,
  { answers = {}, connecting, ...options }: Partial<FollowOptions> & More = {},
): Promise<void> {
  const stub = await startStub({ ...answersFor(), ...answers });
  const shared = createShared(() => connect(stub));
  const facts = { sessionId: 'x', cols: 80, rows: 24, random: () => 0 };
  const terminal = followTerminal({ connect: connecting?.(stub) ?? (() => shared.client()), ...facts, ...options });
  const events = terminal[Symbol.asyncIterator]();
  try {
    await body({
      terminal,
      stub,
      async next() {
        const { value, done } = await events.next();
        return done ? undefined : legible(value);
      },
      print: (streamId, offset, text) => stub.tell('terminal/output', { streamId, offset, data: base64(text) }),
      typed: () =>
        stub.heard
          .filter(({ method }) => method === 'terminal/input')
          .map(({ params }) => Buffer.from(params.data, 'base64').toString()),
    });
  } finally {
    await terminal.close();
    shared.close();
    await stub.stop();
  }
}

/** Where a snapshot stands is in the tests of a single stream. */
function legible(event: FollowedEvent): object {
  if (!('data' in event)) return event;
  const data = Buffer.from(event.data).toString();
  if (event.type !== 'snapshot') return { ...event, data };
  const { epoch, offset, ...rest } = event;
  return { ...rest, data };
}

export const screen = { type: 'snapshot', cols: 80, rows: 24 };
export const away = { type: 'away', reason: 'lost' };

/** Connects once; afterwards it is as `later` says. */
export function connectingOnce(later: (signal: AbortSignal) => Promise<Client>) {
  const connected = { client: undefined as Client | undefined };
  return (stub: StubDaemon): FollowOptions['connect'] =>
    async (_loss, signal) =>
      connected.client ? later(signal) : (connected.client = await connect(stub));
}

/** Holds up answers while it is shut. */
export function createGate() {
  let open = () => {};
  let opened: Promise<void> | undefined;
  return {
    shut() {
      opened = new Promise((resolve) => (open = resolve));
    },
    open: () => open(),
    guard:
      (answer: (params: any) => unknown): ((params: any) => Promise<unknown>) =>
      async (params) => {
        await opened;
        return answer(params);
      },
  };
}
