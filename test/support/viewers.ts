/** A stream over a slow backend, and viewers that keep what they hear. */
import { EventEmitter, once } from 'node:events';
import type { NotificationName } from '#protocol';
import type { Backend, Cut, Modes } from '../../daemon/backend/index.js';
import type { Peer } from '../../daemon/rpc/handlers.js';
import { stand } from '../../daemon/terminals/moving.js';
import { createStream } from '../../daemon/terminals/stream.js';
import type { Viewer } from '../../daemon/terminals/viewer.js';
import { identityOf } from './identity.js';

interface Heard {
  readonly name: NotificationName;
  readonly params: Record<string, any>;
}

/** A peer that keeps what it hears; `unsent` is set by the test. */
export function createPeer() {
  const heard: Heard[] = [];
  const events = new EventEmitter();
  const hear = (message: Heard) => {
    heard.push(message);
    events.emit('heard');
  };
  const peer = {
    id: 'p',
    identity: identityOf('ann'),
    user: 'ann',
    unsent: 0,
    tell: (name: NotificationName, params: Record<string, any>) => hear({ name, params }),
    send(frame: Buffer, end = Buffer.alloc(0)) {
      const { method, params } = JSON.parse(Buffer.concat([frame, end]).toString().split('\r\n\r\n')[1]!);
      hear({ name: method, params });
    },
    onDrain: () => () => {},
    onClose: () => () => {},
  };
  return {
    peer: peer as Peer & { unsent: number },
    heard,
    bytes: () =>
      Buffer.concat(
        heard.filter(({ name }) => name === 'terminal/output').map(({ params }) => Buffer.from(params.data, 'base64')),
      ),
    names: () => heard.map(({ name }) => name.replace('terminal/', '')),
    async until(holds: () => boolean) {
      while (!holds()) await once(events, 'heard');
    },
  };
}

const modes = { cols: 80, rows: 24, scrollBottom: 23, wrap: 1, cursorShown: 1 } as Modes;

const nothing = Buffer.alloc(0);
const empty = { modes, history: nothing, hidden: nothing, cursorRow: nothing, pending: nothing, tabs: undefined };

/** Answers captures late, when told to: an answer at once would hide races. */
export function createBackend() {
  const waiting: { begun: (() => void) | undefined; resolve: (cut: Cut) => void; reject: (error: Error) => void }[] =
    [];
  const events = new EventEmitter();
  const paused: number[] = [];
  let asked = 0;
  const backend: Pick<Backend, 'capture' | 'pause'> = {
    capture: (_pane, { begun }) =>
      new Promise((resolve, reject) => {
        asked++;
        waiting.push({ begun, resolve, reject });
        events.emit('asked');
      }),
    async pause(pane) {
      paused.push(pane);
      events.emit('paused', pane);
    },
  };
  const next = async () => {
    while (waiting.length === 0) await once(events, 'asked');
    return waiting.shift()!;
  };
  /** Lets a capture be taken now; it is answered when told to. */
  const begin = async () => {
    const { begun, resolve } = await next();
    begun?.();
    return {
      answer: (text: string, exact = true) => resolve({ ...empty, screen: Buffer.from(text), exact }),
    };
  };
  return {
    backend,
    paused,
    events,
    begin,
    /** Captures asked for so far. */
    asked: () => asked,
    answer: async (text: string, exact = true) => (await begin()).answer(text, exact),
    async refuse(error: Error) {
      (await next()).reject(error);
    },
  };
}

export const viewerOf = (peer: Peer, flow = true): Viewer => ({
  ...{ streamId: 's', peer, mode: 'rw', flow, scrollback: 100, position: undefined, sent: 0, acked: 0 },
  ...{ moves: 0, sawEnd: false, ended: false },
});

export function setUp(flow = true) {
  const fake = createBackend();
  const lost: unknown[] = [];
  const stream = createStream({ pane: 1, backend: fake.backend, lost: (_viewer, error) => lost.push(error) });
  const listener = createPeer();
  const viewer = viewerOf(listener.peer, flow);
  const join = () => {
    stand(viewer, stream.here().offset);
    stream.add(viewer, stream.here().epoch);
  };
  return { ...fake, ...listener, stream, viewer, lost, join };
}
