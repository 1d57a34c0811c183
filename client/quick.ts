/** The smallest client there is: a few calls, one after another, then gone. For commands that must start fast. */
import { createConnection, type Socket } from 'node:net';
import type { MethodName, Params, Result } from '#protocol';
import { type ErrorData, kindOf, RpcError } from '#protocol/errors';
import { frame } from '#protocol/frames';
import { PROTOCOL_VERSION } from '#protocol/version';
import { LOGIN_MS, misfit, silent } from './agree.js';
import { createIncoming } from './incoming.js';

export interface QuickClient {
  /** One at a time. Throws RpcError as the full client does. */
  call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>>;
  close(): void;
}

interface QuickOptions {
  readonly socketPath: string;
  readonly token: () => string;
  readonly version: string;
  /** For each call; the login takes no longer than it should. */
  readonly timeoutMs: number;
}

/** Undefined when nobody listens at the socket, or hangs up at once: starting a daemon is the full program's business. */
export async function quickConnect(options: QuickOptions): Promise<QuickClient | undefined> {
  const socket = await dial(options.socketPath);
  if (!socket) return undefined;
  const loginMs = Math.min(options.timeoutMs, LOGIN_MS);
  const client = createQuick(socket, options.timeoutMs);
  try {
    const clientInfo = { name: 'rdv', version: options.version };
    const login = { protocolVersion: PROTOCOL_VERSION, token: options.token(), clientInfo };
    const wrong = misfit((await client.call('initialize', login, loginMs)).protocolVersion);
    if (wrong) throw wrong;
    return client;
  } catch (error) {
    client.close();
    if (error instanceof RpcError && error.kind === 'Timeout') throw silent(loginMs);
    // It ends, or hands over to another one: whom to ask next is the full program's business too.
    const left = ['CONNECTION_LOST', 'RESTARTING', 'STOPPING'];
    if (error instanceof RpcError && left.includes(error.data.code ?? '')) return undefined;
    throw error;
  }
}

function dial(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection({ path });
    socket.once('connect', () => resolve(socket));
    // The full program meets the same error and knows what to say of it.
    socket.once('error', () => resolve(undefined));
  });
}

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: ErrorData };
}

interface Quick {
  call<M extends MethodName>(method: M, params: Params<M>, limitMs?: number): Promise<Result<M>>;
  close(): void;
}

function createQuick(socket: Socket, timeoutMs: number): Quick {
  let sent = 0;
  let settle: ((answer: Answer | RpcError) => void) | undefined;
  const take = createIncoming((message) => {
    const answer = message as Answer;
    if (answer.id === sent) settle?.(answer);
  });
  socket.on('data', (chunk) => {
    try {
      take(chunk);
    } catch (error) {
      settle?.(error as RpcError);
    }
  });
  socket.once('close', () =>
    settle?.(
      new RpcError('Unavailable', 'The connection to the daemon ended before the answer.', { code: 'CONNECTION_LOST' }),
    ),
  );
  return {
    async call(method, params, limitMs = timeoutMs) {
      const late = new RpcError('Timeout', `${method} was not answered within ${limitMs} ms.`);
      const answer = await new Promise<Answer | RpcError>((resolve) => {
        settle = resolve;
        socket.setTimeout(limitMs, () => resolve(late));
        socket.write(frame({ jsonrpc: '2.0', id: ++sent, method, params }));
      });
      settle = undefined;
      if (answer instanceof Error) throw answer;
      if (answer.error) throw new RpcError(kindOf(answer.error.code), answer.error.message, answer.error.data);
      return answer.result as never;
    },
    close: () => socket.destroy(),
  };
}
