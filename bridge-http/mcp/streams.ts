/** Answers on their way: written as fast as they are read, and ended in order when the bridge stops. */
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { HttpAnswer } from './carrier/carrier.js';

export interface Streams {
  /** Resolves when all is written, or nobody reads it any more. `isOpen`: it has no end of its own. */
  send(answer: HttpAnswer, response: ServerResponse, isOpen: boolean): Promise<void>;
  /** Ends what has no end of its own, and waits for the rest, not for long. */
  drain(ms: number): Promise<void>;
  /** What was written by now is read in a moment, or not at all. */
  cut(): void;
}

const LINGER_MS = 1000;

export function createStreams(): Streams {
  const running = new Map<ServerResponse, { readonly isOpen: boolean; readonly done: Promise<void> }>();
  return {
    async send({ status, headers, body }, response, isOpen) {
      const guarded = { ...headers, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store, no-transform' };
      if (response.destroyed) return void body?.cancel();
      if (!body) {
        response.writeHead(status, { ...guarded, 'content-length': 0 }).end();
        return;
      }
      response.writeHead(status, guarded);
      response.flushHeaders();
      const done = pump(body, response);
      running.set(response, { isOpen, done });
      await done.finally(() => running.delete(response));
    },
    async drain(ms) {
      for (const [response, { isOpen }] of running) if (isOpen) response.end();
      const rest = [...running.values()].filter(({ isOpen }) => !isOpen);
      await Promise.race([Promise.all(rest.map(({ done }) => done)), delay(ms, undefined, { ref: false })]);
    },
    cut() {
      const left = [...running.keys()];
      setTimeout(() => {
        for (const response of left) response.destroy();
      }, LINGER_MS).unref();
    },
  };
}

/** Whoever does not read is not read for: the server cuts him off when he has taken nothing for a while. */
async function pump(body: ReadableStream<Uint8Array>, response: ServerResponse): Promise<void> {
  const reader = body.getReader();
  // Not read on is all that is wanted; it may have ended by itself.
  response.once('close', () => void reader.cancel().catch(() => {}));
  for (;;) {
    const { done, value } = await reader.read();
    if (done || response.writableEnded || response.destroyed) break;
    if (!response.write(value)) await room(response);
  }
  response.end();
}

function room(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
  });
}
