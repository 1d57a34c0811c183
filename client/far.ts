/** The daemon's end of a pipe: passes its messages on as they are, and keeps in view which requests have no answer yet. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Duplex, Writable } from 'node:stream';
import { createDecoder, type FrameLimits, frameHeader } from '#protocol/frames';
import { lost } from './calls.js';
import { answerLimits } from './incoming.js';

export type Id = string | number;

/** As far as the pipe looks into one. */
export interface Message {
  readonly id?: Id | null;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>> | null;
  readonly result?: unknown;
  readonly error?: object;
}

export interface Far {
  /** Sends a client's message as it is; `id` is that of a request. Waits while the daemon does not read. */
  send(body: Buffer, id?: Id): Promise<void>;
  /** As `send`, and resolves with the answer, which the client is given too. */
  sendAndHear(body: Buffer, id: Id): Promise<Message>;
  /** A request of the pipe's own, of which the client sees nothing. */
  ask(method: string, params: object): Promise<Message>;
  /** Resolves once no request of the client is without an answer. */
  answered(): Promise<void>;
  /** Resolves once the daemon has ended it and its last message is written. */
  readonly ended: Promise<void>;
  close(): void;
}

export interface FarOptions {
  readonly stream: Duplex;
  readonly output: Writable;
  /** A notification of this name goes no further while `mine` says so. */
  readonly heed: { readonly name: string; readonly mine: () => boolean; readonly tell: () => void };
}

export function createFar({ stream, output, heed }: FarOptions): Far {
  const unanswered = new Set<Id>();
  const hearing = new Map<Id, { own: boolean; resolve(answer: Message): void; reject(error: Error): void }>();
  let settled: (() => void) | undefined;

  async function take(body: Buffer): Promise<void> {
    const head = body.toString('latin1', 0, HEAD_BYTES);
    if (head.includes(`"method":"${heed.name}"`) && heed.mine()) return heed.tell();
    const id = idOf(head, body);
    if (id !== undefined) {
      const heard = hearing.get(id);
      hearing.delete(id);
      heard?.resolve(JSON.parse(body.toString()));
      if (heard?.own) return;
    }
    await write(output, body);
    if (id !== undefined && unanswered.delete(id) && unanswered.size === 0) settled?.();
  }

  const hear = (id: Id, own: boolean) =>
    new Promise<Message>((resolve, reject) => {
      if (stream.destroyed) reject(gone());
      else hearing.set(id, { own, resolve, reject });
    });
  const gone = () => stream.errored ?? lost();
  const ended = passOn(stream, take).finally(() => {
    for (const { reject } of hearing.values()) reject(gone());
  });
  // Whoever waits for it is told; a connection that breaks has ended.
  stream.on('error', () => {});

  return {
    ended,
    send(body, id) {
      if (id !== undefined) unanswered.add(id);
      return write(stream, body);
    },
    async sendAndHear(body, id) {
      const answer = hear(id, false);
      await Promise.race([write(stream, body), answer]);
      return answer;
    },
    async ask(method, params) {
      const id = `rdv-${randomUUID()}`;
      const answer = hear(id, true);
      await Promise.race([write(stream, Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, method, params }))), answer]);
      return answer;
    },
    answered: () => (unanswered.size === 0 ? Promise.resolve() : new Promise((resolve) => (settled = resolve))),
    close: () => stream.destroy(),
  };
}

/** One after the other, so that a reader who is slow holds back whoever writes. */
async function passOn(stream: Duplex, take: (body: Buffer) => Promise<void>): Promise<void> {
  try {
    for await (const body of readMessages(stream, answerLimits)) await take(body);
  } catch (error) {
    if (stream.errored !== error && (error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** Whole messages in order. Throws ParseError or TooLarge at what breaks the framing; returns whether the end cut one. */
export async function* readMessages(
  from: AsyncIterable<Buffer>,
  limits: FrameLimits,
): AsyncGenerator<Buffer, { readonly cut: boolean }> {
  const decoder = createDecoder(limits);
  for await (const chunk of from) {
    for (const event of decoder.push(chunk)) {
      if (event.kind === 'error') throw event.error;
      yield event.body;
    }
  }
  return { cut: decoder.partial };
}

/** Writes one message, byte for byte, and waits while there is no room for more. */
export async function write(to: Writable, body: Buffer): Promise<void> {
  to.cork();
  to.write(frameHeader(body.length), 'latin1');
  const room = to.write(body);
  to.uncork();
  if (!room && !to.destroyed) await Promise.race([once(to, 'drain'), once(to, 'close')]);
}

/** Names and ids stand at the beginning of what the daemon sends, and need not be looked for in all of it. */
const HEAD_BYTES = 256;
const ANSWER = /^\{"jsonrpc":"2\.0","id":("[ !#-[\]-~]*"|-?\d+(?:\.\d+)?)[,}]/;
const TOLD = /^\{"jsonrpc":"2\.0","method":/;

/** Of an answer; undefined for everything else. */
function idOf(head: string, body: Buffer): Id | undefined {
  const plain = ANSWER.exec(head)?.[1];
  if (plain !== undefined) return JSON.parse(plain);
  if (TOLD.test(head)) return undefined;
  const { id, method } = JSON.parse(body.toString()) as Message;
  return method === undefined ? (id ?? undefined) : undefined;
}
