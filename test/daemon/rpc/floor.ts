/** The RPC floor on a real socket in a temporary folder, with handlers of the test's choice. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RpcError, type Session } from '#protocol';
import type { Handlers } from '../../../daemon/rpc/handlers.js';
import type { ServedMethods } from '../../../daemon/rpc/handshake.js';
import { type Listener, type ListenOptions, listen } from '../../../daemon/rpc/listen.js';
import { createLock } from '../../../daemon/rpc/locks.js';
import { identityOf } from '../../support/identity.js';
import { connectRaw, type RawClient } from '../../support/raw.js';
import { sample } from '../../support/sample.js';

export interface Floor {
  readonly path: string;
  readonly folder: string;
  readonly listener: Listener;
  /** Every line logged. */
  readonly log: Record<string, unknown>[];
  connect(): Promise<RawClient>;
  connectAs(user?: string): Promise<RawClient>;
}

export type Given = Partial<Omit<ListenOptions, 'handlers'>> & { handlers?: Partial<Handlers<ServedMethods>> };

/** A stand-in for every handler; those a test needs are given. */
export function handlersWith(given: Partial<Handlers<ServedMethods>>): Handlers<ServedMethods> {
  const rest = { 'daemon/ping': () => ({ at: 1 }), ...given };
  return new Proxy(rest, {
    get: (table, name) =>
      Object.hasOwn(table, name) ? (table as any)[name] : () => Promise.reject(new Error('no such fake')),
  }) as Handlers<ServedMethods>;
}

export async function openFloor(given: Given = {}): Promise<Floor & { close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'rdv-rpc-'));
  const path = join(folder, 's.sock');
  const log: Record<string, unknown>[] = [];
  const listening = listen({
    path,
    login({ token, user }) {
      if (token !== 'good') throw new RpcError('Unauthorized', 'This token is not known.');
      return identityOf(user ?? 'ann');
    },
    serverInfo: { name: 'rdv', version: '1.2.3' },
    lock: createLock(),
    log: (line) => log.push(line),
    discover: () => ({ openrpc: '1.3.2', methods: [] }),
    ...given,
    handlers: handlersWith(given.handlers ?? {}),
  });
  const listener = await listening.catch((error) => {
    rmSync(folder, { recursive: true });
    throw error;
  });
  const connect = () => connectRaw(path);
  return {
    path,
    folder,
    listener,
    log,
    connect,
    async connectAs(user) {
      const client = await connect();
      const answer = await client.login(user);
      if (answer.error) throw new Error(answer.error.message);
      return client;
    },
    async close() {
      await listener.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a test on a floor of its own, and leaves nothing behind. */
export function onFloor(given: Given, body: (floor: Floor) => Promise<void>): () => Promise<void> {
  return async () => {
    const floor = await openFloor(given);
    try {
      await body(floor);
    } finally {
      await floor.close();
    }
  };
}

/** A handler that runs until the test lets it go, and tells when it began and when it was aborted. */
export function gate() {
  let begun!: () => void;
  let aborted!: () => void;
  let release!: () => void;
  const started = new Promise<void>((resolve) => (begun = resolve));
  const wasAborted = new Promise<void>((resolve) => (aborted = resolve));
  const open = new Promise<void>((resolve) => (release = resolve));
  return {
    started,
    wasAborted,
    release,
    async wait(signal: AbortSignal): Promise<void> {
      begun();
      if (signal.aborted) aborted();
      signal.addEventListener('abort', () => aborted());
      await open;
    },
  };
}

export const sessionId = '3f2a7c1e-0000-4000-8000-000000000001';

export function session(number = 1): Session {
  const at = 1_700_000_000_000;
  return sample({
    id: `3f2a7c1e-0000-4000-8000-${String(number).padStart(12, '0')}`,
    name: `session ${number}`,
    tmuxSessionName: `rdv-${number}`,
    projectPath: '/home/ann/src/project',
    tabOrder: number,
    ...{ lastActivityAt: at, createdAt: at, updatedAt: at },
  });
}
