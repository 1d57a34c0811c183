/** Whether the daemon answers a login at all, and in a protocol that this client understands. */
import type { RpcError } from '#protocol/errors';
import { OLDEST_PROTOCOL_VERSION } from '#protocol/version';
import { failure } from './failure.js';

/** Undefined when it does. `oldest` is given by tests. */
export function misfit(protocolVersion: number, oldest = OLDEST_PROTOCOL_VERSION): RpcError | undefined {
  if (protocolVersion >= oldest) return undefined;
  return failure(
    'UnsupportedVersion',
    `The daemon is too old: it speaks protocol ${protocolVersion}, and this client ${oldest} or newer.`,
    'End it by its process id (SIGTERM; its `run/rdvd.pid` holds it), then start this one: `rdv daemon start`. Sessions live on.',
  );
}

/** One that is well answers a login in less. */
export const LOGIN_MS = 10_000;

/** It takes connections, and says nothing. */
export function silent(ms: number): RpcError {
  const cause = `The daemon does not answer: it took the connection and said nothing for ${ms} ms.`;
  return failure('Timeout', cause, 'See what is wrong with it, and how to end it: `rdv doctor`.');
}
