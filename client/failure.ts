/** An expected failure, in words a person can act on. */
import { type ErrorKind, RpcError } from '#protocol/errors';

/** With its own cure: what to type or change. */
export function failure(kind: ErrorKind, cause: string, cure: string, code?: string): RpcError {
  return new RpcError(kind, cause, { ...(code !== undefined && { code }), details: { cure } });
}

/** Of one whose later sentences tell what to do: the daemon's own, where nobody else knows. Undefined for a single sentence. */
export function inTwo(said: string): { readonly cause: string; readonly cure: string } | undefined {
  const [, cause, cure] = /^(.+?[^.]\.) ([A-Z].+)$/s.exec(said) ?? [];
  return cause && cure ? { cause, cure } : undefined;
}

/** The cure that an error brings along; undefined when it has none. */
export function cureOf({ data }: RpcError): string | undefined {
  const { cure } = (data.details ?? {}) as { cure?: unknown };
  return typeof cure === 'string' ? cure : undefined;
}
