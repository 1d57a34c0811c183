/** The method that cleans up at once. */
import type { cleanupMethods } from '#protocol';
import type { Handlers } from '../rpc/handlers.js';
import type { Cleanup } from './cleanup.js';

export interface CleanupHandlerDeps {
  readonly cleanup: Pick<Cleanup<Kind>, 'run'>;
}

type Kind =
  | ('trash' | 'recoveries' | 'insights' | 'audit' | 'messages' | 'notifications')
  | ('receipts' | 'stalls' | 'transitions');

export function cleanupHandlers({ cleanup }: CleanupHandlerDeps): Handlers<typeof cleanupMethods> {
  return {
    async 'cleanup/run'(_params, { signal }) {
      const { deleted, failed, ms } = await cleanup.run(signal);
      const { trash, recoveries, insights, audit, messages, notifications, receipts, stalls, transitions } = deleted;
      return {
        ...{ trashDeleted: trash, recoveriesDeleted: recoveries, insightsDeleted: insights, auditDeleted: audit },
        ...{ messagesDeleted: messages, notificationsDeleted: notifications },
        ...{ receiptsDeleted: receipts, stallsDeleted: stalls, transitionsDeleted: transitions },
        ...{ failed: [...failed], ms },
      };
    },
  };
}
