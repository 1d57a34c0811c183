/** What a person does at an attached terminal, the keys and the window's size, sent to the session. */
import { setTimeout as delay } from 'node:timers/promises';
import { RpcError } from '#protocol/errors';
import type { FollowedTerminal } from '../follow.js';
import type { Typed } from './chord.js';
import { createResizer, terminalSize } from './size.js';

export interface Hands {
  /** Settles when the person leaves; rejects when the session takes no more keys although its stream goes on. */
  readonly left: Promise<void>;
  /** Bytes that may not have arrived: on their way when the connection was lost, or more than can wait. */
  readonly missing: number;
  stop(): void;
}

export interface Rights {
  readonly types: boolean;
  readonly resizes: boolean;
}

/** Typed bytes the daemon has not taken; above this, reading waits. */
const UNSENT_BYTES = 1024 * 1024;
/** A key or a resize may fail because the stream has just ended: its last event, on its way, tells more. */
const GRACE_MS = 250;

/** Listens until `stop`. */
export function openHands(
  terminal: FollowedTerminal,
  chord: (chunk: Uint8Array) => Typed,
  { types, resizes }: Rights,
): Hands {
  const { stdin, stdout } = process;
  const resize = createResizer(terminal.resize);
  let stopped = false;
  let missing = 0;
  let latest = Promise.resolve();
  let leave = () => {};
  let fail = (_error: unknown) => {};
  const left = new Promise<void>((resolve, reject) => {
    leave = resolve;
    fail = (error) => void delay(GRACE_MS, undefined, { ref: false }).then(() => reject(error));
  });
  const type = async (data: Buffer) => {
    const sent = terminal.write(data);
    // While the daemon is away the keys to leave must still be read.
    if (!terminal.away && terminal.unsentBytes > UNSENT_BYTES) stdin.pause();
    try {
      await sent;
    } catch (error) {
      if (!mayNotHaveArrived(error)) throw error;
      missing += data.length;
    }
    if (!stopped) stdin.resume();
  };
  const onKeys = (chunk: Buffer) => {
    const { pass, detach } = chord(chunk);
    if (types && pass.length > 0) latest = type(pass).catch(fail);
    // What was typed before the keys to leave is still on its way.
    if (detach && terminal.unsentBytes > 0 && !terminal.away) void Promise.race([latest, delay(GRACE_MS)]).then(leave);
    else if (detach) leave();
  };
  const onSize = () => {
    const size = terminalSize();
    if (size) resize(size).catch(fail);
  };
  // Whoever had the keys before may have paused them.
  stdin.on('data', onKeys).once('end', leave).resume();
  if (resizes) stdout.on('resize', onSize);
  return {
    left,
    get missing() {
      return missing;
    },
    stop() {
      stopped = true;
      stdin.off('data', onKeys).off('end', leave);
      stdout.off('resize', onSize);
    },
  };
}

function mayNotHaveArrived(error: unknown): boolean {
  return error instanceof RpcError && ['CONNECTION_LOST', 'TOO_MUCH_WAITS'].includes(error.data.code ?? '');
}
