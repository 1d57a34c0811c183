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

export interface Told extends EventStore {
  /** What a client that was told up to there has missed of an answer that is complete; undefined while more may come. */
  restAfter(id: string): number | undefined;
}

/** Of the stream on which is told what nobody asked for. */
const STANDING = '_GET_stream';

export function createEventStore(): Told {
  const kept: Kept[] = [];
  const open = new Set([STANDING]);
  let bytes = 0;
  let last = 0;
  const streamOf = (id: string) => {
    const [, streamId = '', place] = /^(.{1,60})\.(\d{1,15})$/.exec(id) ?? [];
    const isKnown = open.has(streamId) || kept.some((each) => each.streamId === streamId);
    return isKnown && Number(place) <= last ? streamId : undefined;
  };
  /** An empty message only gave the client a place to begin at. */
  const missedAfter = (id: string) => {
    const [streamId, place] = [streamOf(id), placeOf(id)];
    return kept.filter((each) => each.streamId === streamId && placeOf(each.id) > place && 'jsonrpc' in each.message);
  };
  return {
    async storeEvent(streamId, message) {
      const id = `${streamId}.${++last}`;
      const size = JSON.stringify(message).length;
      if (isAnswer(message)) open.delete(streamId);
      else open.add(streamId);
      kept.push({ id, streamId, message, bytes: size });
      bytes += size;
      while (kept.length > MOST.events || bytes > MOST.bytes) bytes -= kept.shift()!.bytes;
      return id;
    },
    getStreamIdForEventId: async (id) => streamOf(id),
    async replayEventsAfter(id, { send }) {
      for (const { id: each, message } of missedAfter(id)) await send(each, message);
      return streamOf(id) ?? '';
    },
    restAfter: (id) => (open.has(streamOf(id) ?? STANDING) ? undefined : missedAfter(id).length),
  };
}

const isAnswer = (message: JSONRPCMessage) => 'result' in message || 'error' in message;
const placeOf = (id: string) => Number(id.slice(id.lastIndexOf('.') + 1));
