/** An expected failure, in words a person can act on. */
import { type ErrorKind, RpcError } from '#protocol/errors';

/** With its own cure: what to type or change. */
export function failure(kind: ErrorKind, cause: string, cure: string): RpcError {
  return new RpcError(kind, cause, { details: { cure } });
}
