/** A socket away from its usual place: the link at that place by which clients find it. */
import { once } from 'node:events';
import { lstatSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { RpcError } from '#protocol';
import { isSame, temporaryBeside } from './socket.js';

/** Leads from the link to the socket. Returns the way to remove it again, which leaves a newer daemon's link alone. */
export function linkSocket(link: string, socket: string): () => void {
  const temporary = temporaryBeside(link);
  symlinkSync(socket, temporary);
  const ours = lstatSync(temporary);
  renameSync(temporary, link);
  return () => {
    if (isSame(link, ours)) rmSync(link, { force: true });
  };
}

/** Throws Conflict when somebody answers there: outside the data folder no lock keeps two daemons apart. */
export async function refuseAnswered(path: string): Promise<void> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
  } catch (error) {
    // Nothing is there, or nobody listens: what is to be hoped.
    if (['ENOENT', 'ECONNREFUSED'].includes((error as NodeJS.ErrnoException).code ?? '')) return;
    throw error;
  } finally {
    socket.destroy();
  }
  const said = `Another program listens at ${path}. End it, or choose another server.api_socket.`;
  throw new RpcError('Conflict', said, { code: 'SOCKET_TAKEN' });
}
