/** Pages that open terminals: WebSockets over the bridge's sockets, what they hear, and how they end. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { type ClientOptions, WebSocket } from 'ws';
import type { Paths } from '#protocol/paths';

export interface Heard {
  readonly type: string;
  readonly [field: string]: any;
}

export interface Page {
  readonly socket: WebSocket;
  /** JSON frames so far. */
  readonly heard: Heard[];
  /** Bytes of binary frames so far, and their places. */
  readonly pieces: { readonly offset: number; readonly data: Buffer }[];
  /** The first frame of a type that fits, come or still to come. */
  until(type: string, fits?: (frame: Heard) => boolean): Promise<Heard>;
  /** Resolves when something is so; looked at with each frame. */
  holds(look: () => boolean): Promise<void>;
  /** Output so far, as text: of the first protocol, or the bytes of the second. */
  text(): string;
  /** Resolves when the output contains it. */
  shows(text: string): Promise<void>;
  say(message: object): void;
  /** Binary input of the second protocol. */
  type(data: string | Buffer): void;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

export const V2 = 'rdv.terminal.v2';

export interface PageOptions extends ClientOptions {
  readonly protocol?: string;
  /** Acknowledges everything as it comes; true unless told. */
  readonly acks?: boolean;
}

/** Over a socket of the bridge, such as `paths.terminalSocket`. Ended after the test. */
export function openPage(t: TestContext, socketPath: string, path: string, options: PageOptions = {}): Page {
  return pageOf(t, `ws+unix:${socketPath}:${path}`, options);
}

export function pageOf(t: TestContext, url: string, { protocol, acks = true, ...options }: PageOptions = {}): Page {
  const socket = new WebSocket(url, protocol ? [protocol] : [], {
    perMessageDeflate: false,
    ...options,
    headers: { host: 'localhost', ...options.headers },
  });
  t.after(() => socket.terminate());
  const heard: Heard[] = [];
  const pieces: Page['pieces'] = [];
  const checks = new Set<() => void>();
  let acked = 0;
  socket.on('message', (data: Buffer, binary: boolean) => {
    if (binary) {
      const offset = Number(data.readBigUInt64BE(1));
      pieces.push({ offset, data: data.subarray(9) });
      const end = offset + data.length - 9;
      if (acks && end - acked >= 5000) {
        acked = end;
        say({ type: 'ack', offset: end });
      }
    } else {
      const frame = JSON.parse(data.toString());
      if (frame.type === 'snapshot') acked = frame.offset;
      heard.push(frame);
    }
    for (const check of checks) check();
  });
  socket.on('error', () => {});
  const closed = once(socket, 'close').then(([code, reason]) => ({ code, reason: String(reason) }));
  const say = (message: object) => socket.send(JSON.stringify(message));
  const found = <T>(look: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const check = () => {
        const seen = look();
        if (seen === undefined) return;
        checks.delete(check);
        resolve(seen);
      };
      checks.add(check);
      check();
      void closed.then((how) => reject(new Error(`The page ended first: ${JSON.stringify([how, heard])}`)));
    });
  const holds = async (look: () => boolean) => void (await found(() => look() || undefined));
  const text = () => {
    const bytes = Buffer.concat(pieces.map(({ data }) => data)).toString();
    return heard.map(({ type, data = '' }) => (type === 'output' ? data : '')).join('') + bytes;
  };
  return {
    socket,
    heard,
    pieces,
    text,
    until: (type, fits = () => true) => found(() => heard.find((frame) => frame.type === type && fits(frame))),
    holds,
    shows: (wanted) => holds(() => text().includes(wanted)),
    say,
    type: (data) => socket.send(Buffer.concat([Buffer.of(0), Buffer.from(data)])),
    closed,
  };
}

/** The front end's own headers. */
export function asService(paths: Paths, user: string): Record<string, string> {
  return { 'x-rdv-service-token': readFileSync(paths.serviceToken, 'utf8').trim(), 'x-rdv-user-id': user };
}
