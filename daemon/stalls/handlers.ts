/** The methods about stalls. */
import type { stallMethods } from '#protocol';
import type { Handlers } from '../rpc/handlers.js';
import { sees } from '../rpc/reached.js';
import type { Stalls } from './stalls.js';

export interface StallHandlersDeps {
  readonly stalls: Pick<Stalls, 'list'>;
  readonly now: () => number;
}

export function stallHandlers({ stalls, now }: StallHandlersDeps): Handlers<typeof stallMethods> {
  return {
    'session/stalls': (_params, { user, identity: { reach } }) => ({
      stalls: stalls.list(user).filter(({ sessionId }) => sees(reach, sessionId)),
      checkedAt: now(),
    }),
  };
}
