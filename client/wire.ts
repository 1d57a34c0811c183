/** Joins our framing to vscode-jsonrpc: a reader and a writer over one socket. */
import type { Socket } from 'node:net';
import { Emitter, type Message, type MessageReader, type MessageWriter } from 'vscode-jsonrpc/node';
import { frame } from '#protocol/frames';
import { createIncoming } from './incoming.js';

/** Reads frames until the socket ends; a frame that breaks the rules ends the socket, for nothing after it can be trusted. Each message is told to `arrived` first. */
export function createReader(socket: Socket, arrived: () => void): MessageReader {
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
          socket.destroy();
        }
      };
      socket.on('data', onData);
      // A half-closed socket brings no answers: its end is the end.
      socket.once('end', () => socket.destroy());
      socket.once('close', () => closed.fire());
      return { dispose: () => socket.off('data', onData) };
    },
    dispose() {
      for (const emitter of [errors, closed, partial]) emitter.dispose();
    },
  };
}

/** Writes each message as one frame; rejects when the socket is gone. */
export function createWriter(socket: Socket): MessageWriter {
  const errors = new Emitter<[Error, Message | undefined, number | undefined]>();
  const closed = new Emitter<void>();
  return {
    onError: errors.event,
    onClose: closed.event,
    write: (message) =>
      new Promise((resolve, reject) => {
        socket.write(frame(message), (error) => (error ? reject(error) : resolve()));
      }),
    end: () => socket.end(),
    dispose() {
      errors.dispose();
      closed.dispose();
    },
  };
}
