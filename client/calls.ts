/** Calls and notifications over one stream, before and after login: cancellation, time limits, the end of the connection. */
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CancellationTokenSource,
  createMessageConnection,
  type Message,
  type MessageConnection,
  ResponseError,
} from 'vscode-jsonrpc/node';
import type { MethodName, NotificationName, Params, Result, Told } from '#protocol';
import { type ErrorData, kindOf, RpcError } from '#protocol/errors';
import type { CallOptions, Client } from './index.js';
import { createReader, createWriter } from './wire.js';

export interface Calls extends Pick<Client, 'call' | 'on' | 'onClose' | 'close'> {
  notify<N extends NotificationName>(name: N, params: Told<N>): void;
}

/** No caller waits longer than this for the rest of a connection that is lost. */
const GONE_MS = 1000;

/** Takes the stream over: it is destroyed by `close()` and whenever the other side ends. */
export function createCalls(stream: Duplex): Calls {
  const queue = createQueue();
  const reader = createReader(stream, queue.arrived);
  const connection = createMessageConnection(reader, createWriter(stream), undefined, { messageStrategy: queue });
  const ending = createEnding(stream, connection, queue);
  const on = createHearing(connection);
  const leaving = createLeaving(() => stream.destroy());
  on('server/stopping', ({ restarting }) => restarting && leaving.begin());
  /** Nobody is told before the connection has said that it is gone: who asks again must not be given this one. */
  const lastly = async (error: unknown) => {
    if (error instanceof RpcError && error.data.code === 'CONNECTION_LOST') {
      stream.destroy();
      const gone = new Promise<void>((resolve) => void ending.onClose(resolve));
      await Promise.race([gone, delay(GONE_MS, undefined, { ref: false })]);
    }
    throw error;
  };
  connection.listen();
  return {
    call: (method, params, options = {}) =>
      ending.over || leaving.begun
        ? Promise.reject(notSent(method))
        : leaving.follow(call(connection, method, params, options).catch(lastly)),
    notify(name, params) {
      if (!ending.over) connection.sendNotification(name, params).catch(() => stream.destroy());
    },
    on,
    onClose: ending.onClose,
    close: () => stream.destroy(),
  };
}

/**
 * A daemon that gives way to another one begins nothing more: what was sent to it might be lost with the connection, and
 * nobody could tell whether it was done. So nothing more is sent, and the connection ends with its last answer.
 */
function createLeaving(end: () => void) {
  let waiting = 0;
  const leaving = {
    begun: false,
    begin() {
      leaving.begun = true;
      if (waiting === 0) end();
    },
    async follow<T>(answer: Promise<T>): Promise<T> {
      waiting++;
      try {
        return await answer;
      } catch (error) {
        if (error instanceof RpcError && error.data.code === 'RESTARTING') leaving.begun = true;
        throw error;
      } finally {
        if (--waiting === 0 && leaving.begun) end();
      }
    },
  };
  return leaving;
}

/** Unavailable too, but nothing of it can have reached the daemon. */
function notSent(method: MethodName): RpcError {
  return lost(`The connection to the daemon has ended; ${method} was not sent.`, 'NOT_CONNECTED');
}

/** Unavailable, with a code that tells a program why: the system's, or CONNECTION_LOST. */
export function lost(
  message = 'The connection to the daemon ended before the answer.',
  code = 'CONNECTION_LOST',
): RpcError {
  return new RpcError('Unavailable', message, { code });
}

/**
 * The library handles one message a turn and forgets the rest when it is disposed of; the last answers and notices
 * before the end of a connection must not be lost with it.
 */
function createQueue() {
  let waiting = 0;
  let emptied: (() => void) | undefined;
  return {
    arrived: () => void waiting++,
    async handleMessage(message: Message, handle: (message: Message) => void | Promise<void>): Promise<void> {
      await handle(message);
      if (--waiting === 0) emptied?.();
    },
    /** Calls `then` once every message that arrived was handled. */
    whenEmpty(then: () => void) {
      if (waiting === 0) then();
      else emptied = then;
    },
  };
}

function createEnding(stream: Duplex, connection: MessageConnection, queue: ReturnType<typeof createQueue>) {
  const listeners = new Set<() => void>();
  let told = false;
  const ending = {
    over: false,
    /** In the order in which they asked, also who asks while the last answers are still handled. */
    onClose(listener: () => void): () => void {
      if (told) queueMicrotask(listener);
      else listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  // The reason is told to the calls by `lost`; without a listener the stream's error would end the process.
  stream.on('error', () => {});
  connection.onError(() => {});
  const end = () => {
    // Disposing is what makes the library reject the calls still waiting.
    connection.dispose();
    told = true;
    for (const listener of listeners) listener();
    listeners.clear();
  };
  stream.once('close', () => {
    ending.over = true;
    queue.whenEmpty(end);
  });
  return ending;
}

/** The library keeps one handler per name and swallows what it throws; here many may listen and a bug stays loud. */
function createHearing(connection: MessageConnection): Client['on'] {
  const listeners = new Map<string, Set<(told: never) => void>>();
  const tell = (name: string, told: unknown) => {
    for (const listener of [...(listeners.get(name) ?? [])]) {
      try {
        listener(told as never);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  };
  connection.onNotification(tell);
  connection.onUnhandledProgress((told) => tell('$/progress', told));
  return (name, listener) => {
    const set = listeners.get(name) ?? new Set();
    listeners.set(name, set.add(listener));
    return () => void set.delete(listener);
  };
}

function call<M extends MethodName>(
  connection: MessageConnection,
  method: M,
  params: Params<M>,
  options: CallOptions,
): Promise<Result<M>> {
  const { signal, timeoutMs } = options;
  if (signal?.aborted) return Promise.reject(new RpcError('Cancelled', `${method} was cancelled before it was sent.`));
  const source = new CancellationTokenSource();
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const giveUp = (error: RpcError) => {
      settle();
      source.cancel();
      reject(error);
    };
    const abort = () => giveUp(new RpcError('Cancelled', `${method} was cancelled.`));
    const late = () => giveUp(new RpcError('Timeout', `${method} was not answered within ${timeoutMs} ms.`));
    const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs);
    signal?.addEventListener('abort', abort, { once: true });
    connection
      .sendRequest<Result<M>>(method, params, source.token)
      .then(resolve, (error) => reject(toRpcError(error)))
      .finally(settle);
  });
}

/** What the library says when the connection, not the daemon, failed the call. */
const connectionCodes = new Set([-32099, -32097, -32096]);

function toRpcError(error: unknown): unknown {
  if (!(error instanceof ResponseError)) return error;
  if (connectionCodes.has(error.code)) return lost();
  return new RpcError(kindOf(error.code), error.message, (error.data as ErrorData | undefined) ?? {});
}
