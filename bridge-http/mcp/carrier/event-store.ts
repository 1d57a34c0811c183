/** What a client was told of late, so that one whose stream broke is told the rest. */
import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

/** Of one conversation. And then? The oldest are forgotten: resources are read again, an answer is asked for again. */
const MOST = { events: 256, bytes: 512 * 1024 };

interface Kept {
  readonly id: string;
  readonly streamId: string;
  readonly message: JSONRPCMessage;
  readonly bytes: number;
}

export function createEventStore(): EventStore {
  const kept: Kept[] = [];
  let bytes = 0;
  let last = 0;
  const streamOf = (id: string) => {
    const [, streamId, place] = /^(.{1,60})\.(\d{1,15})$/.exec(id) ?? [];
    return Number(place) <= last ? streamId : undefined;
  };
  return {
    async storeEvent(streamId, message) {
      const id = `${streamId}.${++last}`;
      const size = JSON.stringify(message).length;
      kept.push({ id, streamId, message, bytes: size });
      bytes += size;
      while (kept.length > MOST.events || bytes > MOST.bytes) bytes -= kept.shift()!.bytes;
      return id;
    },
    getStreamIdForEventId: async (id) => streamOf(id),
    async replayEventsAfter(id, { send }) {
      const streamId = streamOf(id) ?? '';
      const place = placeOf(id);
      // An empty message only gave the client a place to begin at.
      const missed = kept.filter(
        (each) => each.streamId === streamId && placeOf(each.id) > place && 'jsonrpc' in each.message,
      );
      for (const { id: each, message } of missed) await send(each, message);
      return streamId;
    },
  };
}

const placeOf = (id: string) => Number(id.slice(id.lastIndexOf('.') + 1));
