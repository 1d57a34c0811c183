/** The way out of one connection: counts what the kernel has not taken, and ends a peer that does not read. */
import type { Socket } from 'node:net';
import { Event, type Message, type MessageWriter } from 'vscode-jsonrpc/node';
import { frame, frameHeader } from '#protocol/frames';
import { Json } from './seal.js';

export interface Writer extends MessageWriter {
  /**
   * Sends one complete frame, whose end may be a second buffer: both leave in one go, or neither. Dropped after close and
   * after the hard limit was passed.
   */
  send(frame: Buffer, end?: Buffer): void;
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

  /** Text is Latin-1. Several parts leave in one go. */
  function put(...parts: readonly (Buffer | string)[]): void {
    if (parts.length > 1) socket.cork();
    for (const part of parts) socket.write(part, 'latin1', flushed);
    if (parts.length > 1) socket.uncork();
    if (socket.writableLength > 0) waiting = true;
  }

  function send(bytes: Buffer, end?: Buffer): void {
    if (!roomFor(bytes.length + (end?.length ?? 0))) return;
    if (end) put(bytes, end);
    else put(bytes);
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
    put(Buffer.from(header + head), typeof text === 'string' ? Buffer.from(text) : text, CLOSING_BRACE);
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
