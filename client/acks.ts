/** Acknowledgements of one stream: as few as may be, and none lost. */
import { setTimeout as delay } from 'node:timers/promises';
import { RpcError } from '#protocol/errors';
import { stream } from '#protocol/terminals';

const RETRY_MS = 50;

/**
 * One at a time: the next one makes up for it, so that many streams of one connection take few of the requests it may
 * have in flight.
 */
export function createAcks(send: (offset: number) => Promise<unknown>) {
  let here = 0;
  let acked = 0;
  let busy = false;
  let due = false;

  const acknowledge = async () => {
    if (busy || here === acked || !(due || here - acked >= stream.ackEveryBytes)) return;
    busy = true;
    due = false;
    const offset = here;
    // A stream that ended in the meantime needs no acknowledgement; a lost connection is told as an event.
    const wait = await send(offset).then(() => undefined, waitOf);
    if (wait === undefined) acked = offset;
    else await delay(wait);
    due ||= wait !== undefined;
    busy = false;
    void acknowledge();
  };

  return {
    begin(offset: number) {
      here = offset;
      acked = offset;
    },
    /** The consumer has everything before this place; `now` tells the daemon so, however little it is. */
    taken(offset: number, now: boolean) {
      here = offset;
      due ||= now;
      void acknowledge();
    },
  };
}

/** A daemon that has too much to do must be told again: without credit nothing would come, and so nothing be told. */
function waitOf(error: unknown): number | undefined {
  if (!(error instanceof RpcError) || !['Overloaded', 'RateLimited'].includes(error.kind)) return undefined;
  return error.data.retryAfterMs ?? RETRY_MS;
}
