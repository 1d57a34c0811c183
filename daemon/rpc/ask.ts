/** A few calls to another daemon over its socket: the least a client can be. */
import { connect, type Socket } from 'node:net';
import { type ErrorData, kindOf, limits, type MethodName, type Params, type Result, RpcError } from '#protocol';
import { createDecoder, frame } from '#protocol/frames';

export interface Asking {
  /** Throws the other's RpcError, Timeout, or Unavailable with CONNECTION_LOST. */
  ask<M extends MethodName>(name: M, params: Params<M>, timeoutMs: number): Promise<Result<M>>;
  close(): void;
}

interface Answer {
  readonly id?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: ErrorData };
}

/** Undefined when nobody listens. */
export async function dial(path: string): Promise<Asking | undefined> {
  const socket = connect(path);
  const nobody = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(false));
    socket.once('error', () => resolve(true));
  });
  return nobody ? undefined : createAsking(socket);
}

function createAsking(socket: Socket): Asking {
  const waiting = new Map<unknown, (answer: Answer) => void>();
  const decoder = createDecoder({ headerBytes: limits.headerBytes, bodyBytes: limits.bodyBytes });
  const lost = { error: { code: 1503, message: 'It ended the connection.', data: { code: 'CONNECTION_LOST' } } };
  let sent = 0;
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    for (const event of decoder.push(chunk)) {
      if (event.kind === 'error') return void socket.destroy();
      const answer = JSON.parse(event.body.toString()) as Answer;
      waiting.get(answer.id)?.(answer);
    }
  });
  socket.once('close', () => {
    for (const settle of waiting.values()) settle(lost);
  });
  return {
    async ask(method, params, timeoutMs) {
      const id = ++sent;
      const late = { error: { code: 1504, message: `It did not answer ${method} within ${timeoutMs} ms.` } };
      const { result, error } = await new Promise<Answer>((resolve) => {
        const timer = setTimeout(() => resolve(late), timeoutMs);
        waiting.set(id, (answer) => {
          clearTimeout(timer);
          resolve(answer);
        });
        if (socket.destroyed) waiting.get(id)!(lost);
        else socket.write(frame({ jsonrpc: '2.0', id, method, params }));
      });
      waiting.delete(id);
      if (error) throw new RpcError(kindOf(error.code), error.message, error.data);
      return result as never;
    },
    close: () => socket.destroy(),
  };
}
