/** Who is connected, and who has to make room when there are too many: whoever has been waiting longest for nothing. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

export interface Connections {
  /** One more. False when there is room for it nowhere: everybody else waits for an answer. */
  opened(socket: Socket): boolean;
  /** False when it asks on and on without taking the answers. */
  began(socket: Socket, request: IncomingMessage): boolean;
  ended(socket: Socket, request: IncomingMessage): void;
  /** No longer ours to count: its owner bounds it. */
  handedOver(socket: Socket): void;
  /** It has its answer, and still sends the request. */
  answeredEarly(socket: Socket): void;
  /** Whether an answer to what it sends now would be taken for that, and for nothing before. */
  listens(socket: Socket): boolean;
}

/** Requests of one connection without an answer yet; no program in use sends a second one before the first is answered. */
const IN_A_ROW = 100;

interface Use {
  readonly requests: Set<IncomingMessage>;
  answeredEarly: boolean;
}

/** In the order of their last use. */
type Open = Map<Socket, Use>;

export function createConnections(most: number): Connections {
  const open: Open = new Map();
  const used = (socket: Socket): Use | undefined => {
    const use = open.get(socket);
    if (!use) return undefined;
    open.delete(socket);
    open.set(socket, use);
    return use;
  };
  return {
    opened(socket) {
      if (open.size >= most && !makeRoom(open)) return false;
      open.set(socket, { requests: new Set(), answeredEarly: false });
      socket.once('close', () => open.delete(socket));
      return true;
    },
    began(socket, request) {
      const use = used(socket);
      if (!use) return true;
      use.requests.add(request);
      use.answeredEarly = false;
      return use.requests.size <= IN_A_ROW;
    },
    ended: (socket, request) => void used(socket)?.requests.delete(request),
    handedOver: (socket) => void open.delete(socket),
    answeredEarly(socket) {
      const use = open.get(socket);
      if (use) use.answeredEarly = true;
    },
    listens(socket) {
      const use = open.get(socket);
      return !use || !(use.answeredEarly || isAwaited(use));
    },
  };
}

const isAwaited = ({ requests }: Use) => [...requests].some(({ complete }) => complete);

/** A request that has not come whole counts for nothing: to send one slowly must not keep anybody out. */
function makeRoom(open: Open): boolean {
  for (const [socket, use] of open) {
    if (isAwaited(use)) continue;
    open.delete(socket);
    socket.destroy();
    return true;
  }
  return false;
}
