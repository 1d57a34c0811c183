/** The socket clients come in by: bound before anybody answers, so that those who come early wait in line. */
import { createServer, type Socket } from 'node:net';
import { linkSocket } from './link.js';
import { bindSocket } from './socket.js';

export interface Door {
  /** From now on each connection is given to `enter`, first those that waited. To be called once. */
  open(enter: (socket: Socket) => void): void;
  /** False once another daemon's socket has the name. */
  isOurs(): boolean;
  /** Why a connection could not be let in, such as EMFILE. */
  onError(listener: (error: NodeJS.ErrnoException) => void): void;
  /** Takes the name away unless it is another's by now. Twice is harmless. */
  removeFile(): void;
  /** Lets no one in any more, sends away those that wait, and resolves when those that were let in are gone. */
  close(): Promise<void>;
}

/** More need not wait: the kernel keeps some too, and then their turn comes. */
const WAITING = 1000;

/** `link` is where clients look for it, when that is elsewhere. Throws InvalidParams for a path too long, and what binding throws. */
export async function openDoor(path: string, link = path): Promise<Door> {
  let enter: ((socket: Socket) => void) | undefined;
  const waiting = new Set<Socket>();
  // Nothing is read before somebody can answer.
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    if (enter) return admit(socket, enter);
    if (waiting.size >= WAITING) return void socket.destroy();
    waiting.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => waiting.delete(socket));
  });
  const file = await bindSocket(server, path);
  const removeLink = lead(link, path, () => {
    file.remove();
    server.close();
  });
  let ended: Promise<void> | undefined;
  return {
    open(given) {
      enter = given;
      for (const socket of waiting) admit(socket, given);
      waiting.clear();
    },
    isOurs: file.isOurs,
    onError: (listener) => void server.on('error', listener),
    removeFile() {
      removeLink();
      file.remove();
    },
    close() {
      for (const socket of waiting) socket.destroy();
      ended ??= new Promise((resolve) => {
        server.close(() => resolve());
      });
      return ended;
    },
  };
}

function lead(link: string, path: string, undo: () => void): () => void {
  if (link === path) return () => {};
  try {
    return linkSocket(link, path);
  } catch (error) {
    undo();
    throw error;
  }
}

function admit(socket: Socket, enter: (socket: Socket) => void): void {
  enter(socket);
  socket.resume();
}
