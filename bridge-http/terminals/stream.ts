/** The stream of one page, over the connection that its caller's requests share. */
import { type FollowedTerminal, type FollowOptions, followTerminal } from '#client';
import type { Caller } from '../identity/caller.js';
import type { Pool } from '../identity/pool.js';

/** A page whose daemon stays away for longer is told to try later. */
const GIVE_UP_MS = 60_000;

export interface PageStream {
  readonly terminal: FollowedTerminal;
  /** Ends the stream and gives the connection back. Twice is harmless. */
  close(): Promise<void>;
}

export type StreamOptions = Pick<FollowOptions, 'sessionId' | 'mode' | 'cols' | 'rows' | 'resume'>;

export function openStream(pool: Pool, caller: Caller, options: StreamOptions): PageStream {
  let closed = false;
  let release = () => {};
  const connect = async () => {
    const held = await pool.hold(caller);
    release();
    release = held.release;
    if (closed) release();
    return held.client;
  };
  const terminal = followTerminal({ connect, giveUpMs: GIVE_UP_MS, ...options });
  return {
    terminal,
    async close() {
      closed = true;
      await terminal.close().finally(() => release());
    },
  };
}
