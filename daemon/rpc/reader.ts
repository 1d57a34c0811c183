/** The way in of one connection: nothing reaches vscode-jsonrpc that is not a well-formed, admitted request. */
import type { Socket } from 'node:net';
import { type DataCallback, Event, type Message, type MessageReader } from 'vscode-jsonrpc/node';
import { RpcError } from '#protocol';
import { createDecoder, type FrameEvent } from '#protocol/frames';
import { type Checked, check, type Id } from './guard.js';
import type { InFlight } from './inflight.js';
import type { Limits } from './limits.js';

export interface ReaderDeps {
  readonly socket: Socket;
  readonly limits: Limits;
  readonly inFlight: InFlight;
  /** Runs a task whose answers leave together. */
  readonly together: (task: () => void) => void;
  /** Answers a message that goes no further. */
  readonly refuse: (id: Id | null, error: RpcError) => void;
  /** The stream cannot be understood any more; called once, nothing is read afterwards. */
  readonly broken: (error: RpcError) => void;
  readonly exit: () => void;
}

export interface Reader extends MessageReader {
  /** Raises the body limit to that of a connection that has logged in. */
  trust(): void;
}

/** Messages handled before other connections get their turn. */
const TURN = 64;

export function createReader(deps: ReaderDeps): Reader {
  const { socket, limits } = deps;
  const decoder = createDecoder({ headerBytes: limits.headerBytes, bodyBytes: limits.bodyBytesBeforeLogin });
  const deadline = createDeadline(limits.frameMs, fail);
  let forward: DataCallback = () => {};
  let stopped = false;

  function stop(): void {
    stopped = true;
    deadline.watch(false);
    socket.off('data', read);
    // What still comes is thrown away unread, or the end of the stream would never be seen.
    socket.resume();
  }

  function fail(error: RpcError): void {
    stop();
    deps.broken(error);
  }

  function read(chunk: Buffer): void {
    const frames = decoder.push(chunk);
    // The time of a frame runs from its first byte, however the bytes trickle in.
    if (frames.length > 0) deadline.watch(false);
    deadline.watch(decoder.partial);
    if (frames.length === 1) handle(frames[0]!);
    else if (frames.length > 1) deps.together(() => takeTurn(frames, 0));
  }

  /** Reading pauses while frames are left, which also keeps libuv from reading on in the same turn. */
  function takeTurn(frames: FrameEvent[], from: number): void {
    const next = from + TURN;
    for (const event of frames.slice(from, next)) handle(event);
    if (next < frames.length && !stopped) {
      socket.pause();
      setImmediate(() => deps.together(() => takeTurn(frames, next)));
    } else if (socket.isPaused()) socket.resume();
  }

  function handle(event: FrameEvent): void {
    if (stopped) return;
    if (event.kind === 'error') fail(event.error);
    else act(check(event.body, limits.jsonDepth));
  }

  function act(message: Checked): void {
    if (message.kind === 'refused') {
      if (message.error.kind === 'ParseError') fail(message.error);
      else deps.refuse(message.id, message.error);
    } else if (message.kind === 'request' && admit(message.id)) {
      const { id, method, params } = message;
      forward({ jsonrpc: '2.0', id, method, params } as Message);
    } else if (message.kind === 'notification') notified(message.method, message.params);
  }

  function admit(id: Id): boolean {
    try {
      deps.inFlight.admit(id);
      return true;
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      deps.refuse(id, error);
      return false;
    }
  }

  /**
   * The library handles one message a turn and queues the others without end, so no notification reaches it: the two
   * that mean something are acted on here, a cancel therefore even before its request is dispatched.
   */
  function notified(method: string, params: { id?: unknown } | undefined): void {
    if (method === 'exit') deps.exit();
    else if (method === '$/cancelRequest') deps.inFlight.find(params?.id)?.cancel();
  }

  return {
    onError: Event.None,
    onClose: Event.None,
    onPartialMessage: Event.None,
    listen(callback) {
      forward = callback;
      socket.on('data', read);
      return { dispose: stop };
    },
    trust: () => decoder.setBodyBytes(limits.bodyBytes),
    dispose: stop,
  };
}

/** Fails unless what is watched ends in time. Watching again does not begin again. */
function createDeadline(ms: number, fail: (error: RpcError) => void): { watch(running: boolean): void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    watch(running) {
      if (running)
        timer ??= setTimeout(() => fail(new RpcError('Timeout', `The message was not complete within ${ms} ms.`)), ms);
      else if (timer) {
        clearTimeout(timer);
        timer = undefined;
      }
    },
  };
}
