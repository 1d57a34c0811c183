/** Tells the user's own terminal of notifications, between the sequences of whatever else is written to it. */
import type { Notice } from '#protocol';
import type { Client } from '../index.js';
import { desktopSequence } from './desktop.js';
import { createGround } from './ground.js';

export interface TellingOptions {
  readonly write: (text: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Of the session that is looked at nothing is told. */
  readonly sessionId?: string;
}

export interface Telling {
  /** Hears of notifications by this connection from now on; once for each. */
  hear(client: Client): void;
  /** To be told of all that is written to the terminal besides. */
  wrote(data: Uint8Array | string): void;
}

/** While a program leaves a sequence unfinished; the oldest are dropped. */
const WAITING = 10;

/** What the daemon does not mean for terminals is left alone: it says so with each. */
export function createTelling({ write, environment, sessionId }: TellingOptions): Telling {
  const heard = new WeakSet<Client>();
  const ground = createGround();
  const waiting: string[] = [];

  const flush = () => {
    if (ground.clear) for (const sequence of waiting.splice(0)) write(sequence);
  };
  const tell = ({ notification, sinks }: { notification: Notice; sinks: readonly string[] }) => {
    if (!sinks.includes('terminal') || (sessionId !== undefined && notification.sessionId === sessionId)) return;
    waiting.push(desktopSequence(notification, environment));
    if (waiting.length > WAITING) waiting.shift();
    flush();
  };

  return {
    hear(client) {
      if (heard.has(client)) return;
      heard.add(client);
      client.on('notification/created', tell);
      client.on('notification/changed', tell);
      // With a token that may not read, or a connection that is lost, there is nothing to tell.
      client.call('event/subscribe', { names: ['notification/created', 'notification/changed'] }).catch(() => {});
    },
    wrote(data) {
      ground.take(typeof data === 'string' ? Buffer.from(data) : data);
      if (waiting.length > 0) flush();
    },
  };
}
