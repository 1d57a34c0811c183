/** An expected failure, in words a person can act on. */
import { type ErrorKind, RpcError } from '#protocol/errors';

/** With its own cure: what to type or change. */
export function failure(kind: ErrorKind, cause: string, cure: string, code?: string): RpcError {
  return new RpcError(kind, cause, { ...(code !== undefined && { code }), details: { cure } });
}

/** The cure that an error brings along; undefined when it has none. */
export function cureOf({ data }: RpcError): string | undefined {
  const { cure } = (data.details ?? {}) as { cure?: unknown };
  return typeof cure === 'string' ? cure : undefined;
}
