/** Calls that outlive a restart of the daemon: what the old one did not begin is asked of the new one. */
import type { MethodName, Params, Result } from '#protocol';
import { RpcError } from '#protocol/errors';
import type { CallOptions, Client } from './index.js';

/** A daemon that is replaced hands over once; more only where somebody restarts it in a loop. */
const HANDOVERS = 10;

/**
 * Calls by the connection that `connect` gives, and once more by the next one where the daemon was about to be replaced:
 * only what certainly was not done. Throws as `connect` and the call do.
 */
export async function callThrough<M extends MethodName>(
  connect: () => Promise<Client>,
  method: M,
  params: Params<M>,
  options: CallOptions = {},
): Promise<Result<M>> {
  for (let left = HANDOVERS; ; left--) {
    const client = await connect();
    try {
      return await client.call(method, params, options);
    } catch (error) {
      if (left === 0 || !isNotBegun(error)) throw error;
    }
    // It ends by itself when its other calls are answered; to end it here would lose them.
    await gone(client);
  }
}

/** Whether the daemon did nothing about a call, because another one takes its place. */
function isNotBegun(error: unknown): boolean {
  return ['RESTARTING', 'NOT_CONNECTED'].includes(codeOf(error) ?? '');
}

function codeOf(error: unknown): string | undefined {
  return error instanceof RpcError ? error.data.code : undefined;
}

function gone(client: Client): Promise<void> {
  return new Promise((resolve) => void client.onClose(resolve));
}
