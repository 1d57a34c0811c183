/** Joins our framing to vscode-jsonrpc: a reader and a writer over one stream. */
import type { Duplex } from 'node:stream';
import { Emitter, type Message, type MessageReader, type MessageWriter } from 'vscode-jsonrpc/node';
import { frame } from '#protocol/frames';
import { createIncoming } from './incoming.js';

/** Reads frames until the stream ends; a frame that breaks the rules ends the stream, for nothing after it can be trusted. Each message is told to `arrived` first. */
export function createReader(stream: Duplex, arrived: () => void): MessageReader {
  const errors = new Emitter<Error>();
  const closed = new Emitter<void>();
  const partial = new Emitter<never>();
  return {
    onError: errors.event,
    onClose: closed.event,
    onPartialMessage: partial.event,
    listen(callback) {
      const take = createIncoming((message) => {
        arrived();
        callback(message as Message);
      });
      const onData = (chunk: Buffer) => {
        try {
          take(chunk);
        } catch (error) {
          errors.fire(error as Error);
          stream.destroy();
        }
      };
      stream.on('data', onData);
      // A half-closed stream brings no answers: its end is the end.
      stream.once('end', () => stream.destroy());
      stream.once('close', () => closed.fire());
      return { dispose: () => stream.off('data', onData) };
    },
    dispose() {
      for (const emitter of [errors, closed, partial]) emitter.dispose();
    },
  };
}

/** Writes each message as one frame; rejects when the stream is gone. */
export function createWriter(stream: Duplex): MessageWriter {
  const errors = new Emitter<[Error, Message | undefined, number | undefined]>();
  const closed = new Emitter<void>();
  return {
    onError: errors.event,
    onClose: closed.event,
    write: (message) =>
      new Promise((resolve, reject) => {
        stream.write(frame(message), (error) => (error ? reject(error) : resolve()));
      }),
    end: () => stream.end(),
    dispose() {
      errors.dispose();
      closed.dispose();
    },
  };
}
