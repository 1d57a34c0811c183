/** How a terminal ends for a page: a close code, its reason, and what is said before. Pure. */
import { RpcError } from '#protocol/errors';
import { Refusal } from '../http/refusal.js';

export interface Ending {
  readonly close: number;
  readonly reason: string;
  /** A stable string for programs. */
  readonly code: string;
  readonly message: string;
  /** Whether the same may go well a little later. */
  readonly retryable: boolean;
}

const AUTH_MISSING = 'Authentication required';
const AUTH_BAD = 'Invalid or expired token';

export const MISSING: Ending = ending(4001, AUTH_MISSING, 'MISSING_TOKEN', AUTH_MISSING);
export const EXPIRED: Ending = ending(4002, AUTH_BAD, 'EXPIRED_TOKEN', AUTH_BAD);
export const BAD_NAME: Ending = ending(4003, 'Invalid session name', 'INVALID_SESSION_NAME', 'Invalid session name');
export const TOO_EARLY: Ending = ending(
  1009,
  'Too much before ready',
  'TOO_MUCH_WAITS',
  'Too much was sent before the terminal was ready.',
);
export const TOO_SLOW: Ending = ending(4008, 'Too slow', 'TOO_SLOW', 'This page takes in no output.', true);
export const NO_HELLO: Ending = ending(4008, 'Too slow', 'NO_HELLO', 'No hello came in time.', true);
export const BAD_HELLO: Ending = ending(1008, 'Invalid hello', 'INVALID_HELLO', 'Expected a hello as the first frame.');
export const TOO_MANY: Ending = later('TOO_MANY_TERMINALS', 'Too many terminals are open.');
export const BUG: Ending = ending(1011, 'Internal error', 'INTERNAL', 'The bridge failed. Its log tells why.');

/** Thrown to end a terminal so. */
export class Ended extends Error {
  constructor(readonly how: Ending) {
    super(how.message);
  }
}

/** Undefined for what is no expected failure: a bug. */
export function endingOf(error: unknown): Ending | undefined {
  if (error instanceof Ended) return error.how;
  if (error instanceof Refusal) return ofRefusal(error);
  return error instanceof RpcError ? ofRpc(error) : undefined;
}

/** Of a stream that the daemon ended. */
export function endingFor(reason: string): Ending {
  if (reason === 'lost' || reason === 'stopping') return later('RDV_UNAVAILABLE', 'The daemon is away.');
  if (reason === 'slow') return TOO_SLOW;
  const said: Record<string, string> = {
    suspended: 'The session was suspended. Resume it first.',
    closed: 'The session was closed.',
  };
  return ending(4004, 'No session', `SESSION_${reason.toUpperCase()}`, said[reason] ?? 'The session is gone.');
}

function ofRefusal({ status, code, message }: Refusal): Ending {
  if (status >= 500) return later(code, message);
  return code.startsWith('MISSING_') ? { ...MISSING, code } : ending(4002, AUTH_BAD, code, AUTH_BAD);
}

function ofRpc({ kind, message, data: { code = kind } }: RpcError): Ending | undefined {
  switch (kind) {
    case 'Unauthorized':
      return ending(4002, AUTH_BAD, code, AUTH_BAD);
    case 'Forbidden':
      return ending(4003, 'Forbidden', code, message);
    case 'NotFound':
    case 'Gone':
    case 'Conflict':
      return ending(4004, 'No session', code, message);
    case 'InvalidParams':
      return ending(1008, 'Invalid hello', code, message);
    case 'Unavailable':
    case 'Timeout':
    case 'Overloaded':
    case 'RateLimited':
      return later(code, message);
    default:
      return undefined;
  }
}

function later(code: string, message: string): Ending {
  return ending(1013, 'Try again later', code, message, true);
}

function ending(close: number, reason: string, code: string, message: string, retryable = false): Ending {
  return { close, reason, code, message, retryable };
}
