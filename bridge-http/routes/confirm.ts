/** For callers who force without having seen what is at stake: it is looked at for them, and only what they know of confirmed. */
import type { Http, MethodName } from '#protocol';
import { RpcError } from '#protocol/errors';

/** Calls a method for the caller of the route. */
export type Ask = (method: MethodName, params: Record<string, unknown>) => Promise<Record<string, unknown>>;

/**
 * The parameters with the confirmation `force` needs; without it where anything else is at stake than the caller may wave
 * through: the daemon then asks for one, and says what for.
 */
export async function confirmed(
  { confirm }: Pick<Http, 'confirm'>,
  params: Record<string, unknown>,
  ask: Ask,
): Promise<Record<string, unknown>> {
  if (!confirm || params.force !== true || params.confirmation !== undefined) return params;
  const state = await ask(confirm.by as MethodName, params).catch((error: unknown) => {
    // What is not there needs no confirmation.
    if (error instanceof RpcError && error.kind === 'NotFound') return undefined;
    throw error;
  });
  const stakes = (state?.stakes ?? []) as readonly string[];
  if (!state || !stakes.every((stake) => confirm.stakes.includes(stake))) return params;
  return { ...params, confirmation: state.confirmation };
}
