/** A pipe between a client's stdin and stdout and the daemon, which logs in by itself. */

import type { Duplex, Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '#protocol';
import { type ErrorData, errors, kindOf, RpcError } from '#protocol/errors';
import { createFar, type Far, type Id, type Message, readMessages, write } from './far.js';

export interface PipeOptions {
  readonly input: Readable;
  readonly output: Writable;
  /** Asked at the first message: a connection that says nothing would be ended by the daemon. */
  readonly open: () => Promise<Duplex>;
  /** Read at the login and whenever the token was replaced; undefined where the other end logs in. */
  readonly token: (() => string) | undefined;
  /** Aborted when nobody wants the last answers any more. */
  readonly signal: AbortSignal;
  readonly version: string;
  /** For the person who looks at the client's log. */
  readonly warn: (line: string) => void;
}

/** More lenient than the daemon: what stands in a header is not passed on. */
const clientLimits = { headerBytes: 8 * 1024, bodyBytes: limits.bodyBytes };

/**
 * Passes messages on as they are until the client ends its input, or says `exit`, and the last answers are written. The
 * first `initialize` is given the token; a client that begins with anything else is logged in without it. Throws
 * Unavailable when the daemon ends the connection before, ParseError or TooLarge when the client breaks the framing, and
 * what `open` and the login throw; the client is told these as answers too.
 */
export async function pipe(options: PipeOptions): Promise<void> {
  const near = createNear(options);
  const talking = talk(options.input, near);
  // Whichever comes second is of no interest any more.
  for (const promise of [talking, near.lost]) promise.catch(() => {});
  try {
    await Promise.race([talking, near.lost, abortOf(options.signal)]);
  } catch (error) {
    const broken = error instanceof RpcError && ['ParseError', 'TooLarge'].includes(error.kind);
    if (broken) await write(options.output, refusal(null, error));
    throw error;
  } finally {
    near.far?.close();
  }
}

/** Resolves once the client is done and has its answers. */
async function talk(input: Readable, near: Near): Promise<void> {
  const messages = readMessages(input, clientLimits);
  for (let next = await messages.next(); ; next = await messages.next()) {
    if (next.done && next.value.cut) throw new RpcError('ParseError', 'The input ended within a message.');
    if (next.done) return near.far?.answered();
    if ((await near.take(next.value)) === 'exit') break;
  }
  // The daemon ends a connection that was told to exit, once its last answers are sent.
  if (near.far) await Promise.race([near.far.ended, delay(LEAVE_MS, undefined, { ref: false })]);
}

/** How long the daemon may take to end it. */
const LEAVE_MS = 1000;

/** How the connection was logged in: by a token of the client, by ours, or wholly by us. */
type Login = 'theirs' | 'filled' | 'ours';

type Near = ReturnType<typeof createNear>;

/** The client's end. */
function createNear({ output, open, token, version, warn }: PipeOptions) {
  let far: Far | undefined;
  let login: Login | undefined = token ? undefined : 'theirs';
  let welcome: unknown;
  let refused = false;
  let leaving = false;
  let lose: (error: unknown) => void = () => {};
  const lost = new Promise<never>((_, reject) => (lose = reject));

  const refresh = () => {
    const failed = (why: string) => warn(`The token was replaced, and the new one is not taken: ${why}`);
    // The connection goes on with the old one for a while, and then the daemon ends it.
    Promise.resolve()
      .then(() => far!.ask('auth/refresh', { token: token!() }))
      .then(({ error }) => error && failed(errorOf(error).message))
      .catch((error: Error) => failed(error.message));
  };

  async function reach(): Promise<Far> {
    const stream = await open();
    const mine = () => login === 'filled' || login === 'ours';
    const made = createFar({ stream, output, heed: { name: 'auth/rotated', mine, tell: refresh } });
    made.ended.then(
      () => leaving || lose(stream.errored ?? over()),
      (error: Error) => lose(garbled(error)),
    );
    return made;
  }

  async function enter(far: Far, message: Message, body: Buffer): Promise<void> {
    if (message.method !== 'initialize' || !isId(message.id)) {
      // Who was not let in with what he showed is not let in with ours.
      if (refused) return pass(far, message, body);
      const { result, error } = await far.ask('initialize', {
        token: token!(),
        clientInfo: { name: 'rdv rpc', version },
      });
      if (error) throw errorOf(error);
      welcome = result;
      login = 'ours';
      return pass(far, message, body);
    }
    const own = message.params?.token !== undefined;
    const params = { ...message.params, token: token!() };
    const filled = own ? body : Buffer.from(JSON.stringify({ ...message, params }));
    const { error } = await far.sendAndHear(filled, message.id);
    refused = error !== undefined;
    if (!refused) login = own ? 'theirs' : 'filled';
  }

  async function pass(far: Far, { id, method, params }: Message, body: Buffer): Promise<void> {
    const welcomed = login === 'ours' && method === 'initialize' && isId(id) && params?.token === undefined;
    if (welcomed) return write(output, Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, result: welcome })));
    await far.send(body, method !== undefined && isId(id) ? id : undefined);
  }

  return {
    get far() {
      return far;
    },
    /** Rejects when the daemon ends the connection. */
    lost,
    async take(body: Buffer): Promise<'exit' | undefined> {
      const message = parse(body);
      leaving = message.method === 'exit' && message.id === undefined;
      if (leaving && !far) return 'exit';
      try {
        far ??= await reach();
        if (login) await pass(far, message, body);
        else await enter(far, message, body);
      } catch (error) {
        // Whoever asked is told; what ends the pipe besides is for the log.
        if (isId(message.id) && error instanceof RpcError) await write(output, refusal(message.id, error));
        throw error;
      }
      return leaving ? 'exit' : undefined;
    },
  };
}

function parse(body: Buffer): Message {
  let message: unknown;
  try {
    message = JSON.parse(body.toString());
  } catch {
    throw new RpcError('ParseError', 'A message is not JSON.');
  }
  // What else is wrong with one, the daemon knows how to say.
  return typeof message === 'object' && message !== null ? message : {};
}

const isId = (id: unknown): id is Id => typeof id === 'string' || typeof id === 'number';

function refusal(id: Id | null, { kind, message, data }: RpcError): Buffer {
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, error: { code: errors[kind].code, message, data } }));
}

function errorOf(error: object): RpcError {
  const { code, message, data } = error as { code: number; message: string; data?: ErrorData };
  return new RpcError(kindOf(code), message, data);
}

function over(): RpcError {
  const details = { cure: 'Start the pipe again to go on; sessions live on.' };
  return new RpcError('Unavailable', 'The daemon ended the connection.', { code: 'CONNECTION_LOST', details });
}

/** The client broke no rule. */
function garbled({ message }: Error): RpcError {
  const details = { cure: 'Start the pipe again to go on; if it happens again, update rdv at both ends.' };
  return new RpcError('Unavailable', `What the daemon sent is no message: ${message}`, { code: 'GARBLED', details });
}

function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
