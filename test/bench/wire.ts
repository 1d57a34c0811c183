/** The leanest caller there is, so that a measurement shows the daemon and not the client. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { limits, type MethodName, type NotificationName, type Params, type Result, type Told } from '#protocol';
import { createDecoder, frame } from '#protocol/frames';
import { pathsIn } from '#protocol/paths';

export interface Wire {
  /** Rejects with the daemon's message. */
  call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>>;
  /** The bytes of the answer, not parsed; nothing else may be under way. */
  callRaw<M extends MethodName>(method: M, params: Params<M>): Promise<Buffer>;
  on<N extends NotificationName>(name: N, listener: (told: Told<N>) => void): void;
  /** Takes output by its length alone, for readers that should cost little; `on` hears of it no more. */
  onOutput(listener: (piece: Piece) => void): void;
  /** Reads no more; nothing else can be called then. */
  fallSilent(): void;
  close(): void;
}

export interface Piece {
  readonly streamId: string;
  /** Place of the first byte, and after the last. */
  readonly from: number;
  readonly to: number;
}

interface Waiter {
  resolve(result: any): void;
  reject(error: Error): void;
}

/** Connects to the daemon of a data folder and logs in. */
export async function openWire(home: string): Promise<Wire> {
  const { socket: path, cliToken } = pathsIn(home);
  const socket = await dial(path);
  const decoder = createDecoder({ headerBytes: limits.headerBytes, bodyBytes: 64 * 1024 * 1024 });
  const waiting = new Map<number, Waiter>();
  const listeners = new Map<string, (told: any) => void>();
  let raw: ((body: Buffer) => void) | undefined;
  let output: ((piece: Piece) => void) | undefined;
  let lastId = 0;

  socket.on('data', (chunk: Buffer) => {
    for (const event of decoder.push(chunk)) {
      if (event.kind === 'error') throw event.error;
      const piece = output && pieceOf(event.body);
      if (piece) output!(piece);
      else if (raw) raw(event.body);
      else take(JSON.parse(event.body.toString()));
    }
  });

  function take(message: any) {
    if (message.id === undefined) return listeners.get(message.method)?.(message.params);
    const waiter = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error) waiter?.reject(new Error(message.error.message));
    else waiter?.resolve(message.result);
  }

  const wire: Wire = {
    call: (method, params) =>
      new Promise((resolve, reject) => {
        waiting.set(++lastId, { resolve, reject });
        socket.write(frame({ jsonrpc: '2.0', id: lastId, method, params }));
      }),
    callRaw: (method, params) =>
      new Promise((resolve) => {
        raw = (body) => {
          raw = undefined;
          resolve(body);
        };
        socket.write(frame({ jsonrpc: '2.0', id: ++lastId, method, params }));
      }),
    on: (name, listener) => void listeners.set(name, listener),
    onOutput: (listener) => {
      output = listener;
    },
    fallSilent: () => void socket.pause(),
    close: () => socket.destroy(),
  };
  await wire.call('initialize', { token: readFileSync(cliToken, 'utf8').trim() });
  return wire;
}

const OUTPUT = /^{"jsonrpc":"2.0","method":"terminal\/output","params":{"streamId":"([^"]+)","offset":(\d+),"data":"/;
const OUTPUT_END = '"}}';

function pieceOf(body: Buffer): Piece | undefined {
  const [head, streamId, offset] = OUTPUT.exec(body.toString('latin1', 0, 200)) ?? [];
  if (!head) return undefined;
  const base64 = body.length - head.length - OUTPUT_END.length;
  const padding = body.toString('latin1', body.length - OUTPUT_END.length - 2).split('=').length - 1;
  return { streamId: streamId!, from: Number(offset), to: Number(offset) + (base64 / 4) * 3 - padding };
}

export async function dial(path: string): Promise<Socket> {
  const socket = connect(path);
  await once(socket, 'connect');
  return socket;
}
