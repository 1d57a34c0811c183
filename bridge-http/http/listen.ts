/** Where the bridge listens: private sockets, and on request a port of the loopback interface that a file names. */
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { RpcError } from '#protocol/errors';
import { bindSocket } from '../../daemon/rpc/socket.js';

export interface Listener {
  readonly at: string;
  /** False once another bridge has taken the name. */
  isOurs(): boolean;
  /** Gives the name up; connections that stand go on. */
  close(): void;
}

/** Mode 0600, taking the place of a socket that is there already. Throws as `bindSocket`. */
export async function listenOnSocket(server: Server, path: string): Promise<Listener> {
  const { isOurs, remove } = await bindSocket(server, path);
  const close = () => {
    remove();
    server.close();
  };
  return { at: path, isOurs, close };
}

/** The file holds the port. Throws Conflict when the port is taken. */
export async function listenOnPort(server: Server, port: number, file: string): Promise<Listener> {
  server.listen({ host: '127.0.0.1', port });
  await once(server, 'listening').catch((error) => Promise.reject(taken(error, port)));
  const got = String((server.address() as AddressInfo).port);
  writeFileSync(file, got, { mode: 0o600 });
  const isOurs = () => textOf(file) === got;
  const close = () => {
    if (isOurs()) rmSync(file, { force: true });
    server.close();
  };
  return { at: `127.0.0.1:${got}`, isOurs, close };
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
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
