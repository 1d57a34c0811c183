/** The method that cleans up at once. */
import type { cleanupMethods } from '#protocol';
import type { Handlers } from '../rpc/handlers.js';
import type { Cleanup } from './cleanup.js';

export interface CleanupHandlerDeps {
  readonly cleanup: Pick<Cleanup<'trash' | 'recoveries'>, 'run'>;
}

export function cleanupHandlers({ cleanup }: CleanupHandlerDeps): Handlers<typeof cleanupMethods> {
  return {
    async 'cleanup/run'(_params, { signal }) {
      const { deleted, failed, ms } = await cleanup.run(signal);
      return { trashDeleted: deleted.trash, recoveriesDeleted: deleted.recoveries, failed: [...failed], ms };
    },
  };
}
