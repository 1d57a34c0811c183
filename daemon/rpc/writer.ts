/** The way out of one connection: counts what the kernel has not taken, and ends a peer that does not read. */
import type { Socket } from 'node:net';
import { Event, type Message, type MessageWriter } from 'vscode-jsonrpc/node';
import { frame, frameHeader } from '#protocol/frames';
import { Json } from './seal.js';

export interface Writer extends MessageWriter {
  /** Sends one complete frame. Dropped after close and after the hard limit was passed. */
  send(frame: Buffer): void;
  /** Bytes the kernel has not yet taken. */
  readonly unsent: number;
  /** Called each time `unsent` falls to zero after bytes were left waiting. Returns the way out. */
  onDrain(listener: () => void): () => void;
  /** Runs a task whose frames leave together. */
  together(task: () => void): void;
}

/** `overflow` is called once, instead of queueing, when a frame would take the unsent bytes above `hardBytes`. */
export function createWriter(socket: Socket, hardBytes: number, overflow: () => void): Writer {
  const listeners = new Set<() => void>();
  const written = Promise.resolve();
  let waiting = false;
  let closed = false;

  function flushed(): void {
    if (!waiting || socket.writableLength > 0) return;
    waiting = false;
    for (const listener of [...listeners]) listener();
  }

  function roomFor(bytes: number): boolean {
    if (closed || !socket.writable) return false;
    if (socket.writableLength + bytes <= hardBytes) return true;
    closed = true;
    overflow();
    return false;
  }

  function put(bytes: Buffer | string): void {
    if (typeof bytes === 'string') socket.write(bytes, 'latin1', flushed);
    else socket.write(bytes, flushed);
    if (socket.writableLength > 0) waiting = true;
  }

  function send(bytes: Buffer): void {
    if (roomFor(bytes.length)) put(bytes);
  }

  /** The result is JSON already, so the answer is put together around it. */
  function sendResult(id: string | number | null, { text, bytes }: Json): void {
    const head = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":`;
    const headBytes = Buffer.byteLength(head);
    const length = headBytes + bytes + 1;
    const header = frameHeader(length);
    if (!roomFor(header.length + length)) return;
    if (typeof text === 'string' && headBytes === head.length && bytes === text.length) {
      // Plain ASCII, the common case: one string, no buffer of our own.
      put(`${header}${head}${text}}`);
      return;
    }
    socket.cork();
    put(Buffer.from(header + head));
    put(typeof text === 'string' ? Buffer.from(text) : text);
    put(CLOSING_BRACE);
    socket.uncork();
  }

  return {
    onError: Event.None,
    onClose: Event.None,
    write(message: Message & { id?: string | number | null; result?: unknown }) {
      if (message.result instanceof Json) sendResult(message.id ?? null, message.result);
      else send(frame(message));
      return written;
    },
    end() {},
    dispose() {
      closed = true;
      listeners.clear();
    },
    send,
    get unsent() {
      return socket.writableLength;
    },
    onDrain(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    together(task) {
      socket.cork();
      try {
        task();
      } finally {
        socket.uncork();
      }
    },
  };
}

const CLOSING_BRACE = Buffer.from('}');
