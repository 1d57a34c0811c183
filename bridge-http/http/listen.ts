/** Where the bridge listens: private sockets, and on request a port of the loopback interface that a file names. */
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { RpcError } from '#protocol/errors';
import { bindSocket, type SocketFile, temporaryBeside } from '../../daemon/rpc/socket.js';

export interface Listener {
  readonly at: string;
  /** `taken` once another bridge has its name, `gone` when nobody has it. */
  state(): 'ours' | 'taken' | 'gone';
  /** Has its name again, whoever has it now; connections that stand go on. Throws as opening it did. */
  restore(): Promise<void>;
  /** Gives the name up; connections that stand go on. */
  close(): void;
}

/** Mode 0600, taking the place of a socket that is there already. Throws as `bindSocket`. */
export async function listenOnSocket(server: Server, path: string): Promise<Listener> {
  let file = await bind(server, path);
  return {
    at: path,
    state: () => (file.isOurs() ? 'ours' : existsSync(path) ? 'taken' : 'gone'),
    async restore() {
      server.close();
      file = await bind(server, path);
    },
    close() {
      file.remove();
      server.close();
    },
  };
}

/** A daemon that starts just now takes a socket without its name yet for one that was left behind, and removes it. */
async function bind(server: Server, path: string): Promise<SocketFile> {
  for (let left = 3; ; left--) {
    try {
      return await bindSocket(server, path);
    } catch (error) {
      if (left === 0 || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** The file holds the port. Throws Conflict when the port is taken. */
export async function listenOnPort(server: Server, port: number, file: string): Promise<Listener> {
  server.listen({ host: '127.0.0.1', port });
  await once(server, 'listening').catch((error) => Promise.reject(taken(error, port)));
  const got = String((server.address() as AddressInfo).port);
  writePrivate(file, got);
  const state = () => {
    const text = textOf(file);
    return text === got ? 'ours' : text === undefined ? 'gone' : 'taken';
  };
  return {
    at: `127.0.0.1:${got}`,
    state,
    restore: async () => writePrivate(file, got),
    close() {
      if (state() === 'ours') rmSync(file, { force: true });
      server.close();
    },
  };
}

/** Whole or not at all, mode 0600, and never through a link. */
export function writePrivate(file: string, text: string): void {
  const temporary = temporaryBeside(file);
  writeFileSync(temporary, text, { flag: 'wx', mode: 0o600 });
  renameSync(temporary, file);
}

export function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    // Gone: whoever removed it has taken the place, or nobody has.
    return undefined;
  }
}

function taken(error: NodeJS.ErrnoException, port: number): RpcError {
  const cure = 'Set bridge.port to another one, or to 0 for any that is free.';
  return new RpcError('Conflict', `Port ${port} of 127.0.0.1 cannot be had (${error.code}). ${cure}`, {
    code: 'PORT_TAKEN',
  });
}
