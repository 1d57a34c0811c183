/** Calls that outlive a restart of the daemon: what the old one did not begin is asked of the new one. */
import { type MethodName, methods, type Params, type Result } from '#protocol';
import { RpcError } from '#protocol/errors';
import type { CallOptions, Client } from './index.js';

/** A daemon that is replaced hands over once; more only where somebody restarts it in a loop. */
const HANDOVERS = 10;

/**
 * Calls by the connection that `connect` gives, and once more by the next one where the daemon was about to be replaced:
 * only what certainly was not done, or only reads. Throws as `connect` and the call do.
 */
export async function callThrough<M extends MethodName>(
  connect: () => Promise<Client>,
  method: M,
  params: Params<M>,
  options: CallOptions = {},
): Promise<Result<M>> {
  for (let left = HANDOVERS; ; left--) {
    const client = await connect();
    let leaves = false;
    const forget = client.on('server/stopping', ({ restarting }) => (leaves = restarting));
    try {
      return await client.call(method, params, options);
    } catch (error) {
      const lost = codeOf(error) === 'CONNECTION_LOST' && leaves && methods[method].effect === 'read';
      if (left === 0 || !(lost || isNotBegun(error))) throw error;
    } finally {
      forget();
    }
    await closed(client);
  }
}

/** Whether the daemon did nothing about a call, because another one takes its place. */
export function isNotBegun(error: unknown): boolean {
  return ['RESTARTING', 'NOT_CONNECTED'].includes(codeOf(error) ?? '');
}

function codeOf(error: unknown): string | undefined {
  return error instanceof RpcError ? error.data.code : undefined;
}

function closed(client: Client): Promise<void> {
  return new Promise((resolve) => {
    client.onClose(resolve);
    client.close();
  });
}
