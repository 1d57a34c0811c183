/** The method that cleans up at once. */
import type { cleanupMethods } from '#protocol';
import type { Handlers } from '../rpc/handlers.js';
import type { Cleanup } from './cleanup.js';

export interface CleanupHandlerDeps {
  readonly cleanup: Pick<Cleanup<'trash' | 'recoveries' | 'insights' | 'audit' | 'messages' | 'notifications'>, 'run'>;
}

export function cleanupHandlers({ cleanup }: CleanupHandlerDeps): Handlers<typeof cleanupMethods> {
  return {
    async 'cleanup/run'(_params, { signal }) {
      const { deleted, failed, ms } = await cleanup.run(signal);
      const { trash, recoveries, insights, audit, messages, notifications } = deleted;
      return {
        ...{ trashDeleted: trash, recoveriesDeleted: recoveries, insightsDeleted: insights, auditDeleted: audit },
        ...{ messagesDeleted: messages, notificationsDeleted: notifications },
        ...{ failed: [...failed], ms },
      };
    },
  };
}
