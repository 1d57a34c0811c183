/** Whether the daemon answers in a protocol that this client understands. */
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
