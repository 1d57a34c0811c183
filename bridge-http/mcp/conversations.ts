/** The conversations of MCP that are open: whose each is, how many there may be, and which one makes room. */
import { Refusal } from '../http/refusal.js';
import type { Caller } from '../identity/caller.js';

export interface McpLimits {
  readonly conversations: number;
  readonly perCaller: number;
  /** With the bridge's own token, of whose connections most are kept for requests. */
  readonly perService: number;
  /** Answers of one conversation over HTTP that are not read to their end. And then? No more, until one is. */
  readonly streams: number;
  /** Unread over a WebSocket: above the first nothing more is taken of it, above the second it is cut off. */
  readonly unreadBytes: { readonly soft: number; readonly hard: number };
  /** Without a request and without a stream for so long, a conversation over HTTP is ended. */
  readonly idleMs: number;
  readonly pingMs: number;
  /** What runs when the bridge stops may take so long yet. */
  readonly drainMs: number;
}

export const usual: McpLimits = {
  conversations: 64,
  perCaller: 16,
  perService: 12,
  streams: 64,
  unreadBytes: { soft: 1024 * 1024, hard: 8 * 1024 * 1024 },
  idleMs: 30 * 60_000,
  pingMs: 20_000,
  drainMs: 5000,
};

export interface Entry {
  readonly caller: Caller;
  /** Requests without an answer, and streams: while there are any, it is in use. */
  uses: number;
  usedAt: number;
  end(): void;
}

/** In the order of their last use. */
export type Conversations = ReturnType<typeof createConversations>;

export function createConversations(limits: McpLimits) {
  const open = new Set<Entry>();
  const remove = (entry: Entry) => void open.delete(entry);
  /** Ends the one that nobody has used for longest. False when each is in use. */
  const makeRoom = (among: readonly Entry[]) => {
    const unused = among.find(({ uses }) => uses === 0);
    if (!unused) return false;
    remove(unused);
    unused.end();
    return true;
  };
  const sweep = setInterval(
    () => {
      const early = performance.now() - limits.idleMs;
      for (const entry of open) if (entry.uses === 0 && entry.usedAt < early) makeRoom([entry]);
    },
    Math.min(limits.idleMs, 60_000),
  );
  sweep.unref();
  return {
    /** Throws Refusal when there is no room, even when those that nobody uses have made some. */
    add(entry: Entry): void {
      const own = [...open].filter(({ caller }) => caller.key === entry.caller.key);
      if (own.length >= limits.perCaller && !makeRoom(own)) throw tooMany(limits.perCaller);
      const { kind } = entry.caller;
      const shared = kind === 'bearer' ? [] : [...open].filter(({ caller }) => caller.kind !== 'bearer');
      if (shared.length >= limits.perService && !makeRoom(shared)) throw tooMany(limits.perService);
      if (open.size >= limits.conversations && !makeRoom([...open])) throw full();
      open.add(entry);
    },
    begin(entry: Entry): () => void {
      entry.uses++;
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        entry.uses--;
        entry.usedAt = performance.now();
        // The set is in the order of the last use.
        if (open.delete(entry)) open.add(entry);
      };
    },
    remove,
    all: () => [...open],
    close: () => clearInterval(sweep),
  };
}

function tooMany(most: number): Refusal {
  const said = `${most} sessions of MCP are in use. End one with DELETE, or close its stream.`;
  return new Refusal(429, 'TOO_MANY_MCP_SESSIONS', said, { 'retry-after': '5' });
}

function full(): Refusal {
  return new Refusal(503, 'TOO_MANY_MCP_SESSIONS', 'Too many sessions of MCP are in use.', { 'retry-after': '5' });
}
