/** WebSockets that are open: asked whether anybody is there, and ended together. */

/** As the library has it. */
interface Socket {
  ping(): void;
  terminate(): void;
  on(event: 'pong', listener: () => void): unknown;
  once(event: 'close', listener: () => void): unknown;
}

/** Tells the client why, and closes. */
type End = (code: number, reason: string) => void;

/** Pings without an answer after which nobody is there. */
const MISSED = 2;

export function createAlive(pingMs: number) {
  const open = new Map<Socket, { readonly end: End; missed: number }>();
  const pulse = setInterval(() => {
    for (const [socket, state] of open) {
      if (state.missed >= MISSED) socket.terminate();
      else socket.ping();
      state.missed++;
    }
  }, pingMs);
  pulse.unref();
  return {
    /** Until it is closed. */
    add(socket: Socket, end: End): void {
      const state = { end, missed: 0 };
      open.set(socket, state);
      socket.on('pong', () => {
        state.missed = 0;
      });
      socket.once('close', () => void open.delete(socket));
    },
    get count() {
      return open.size;
    },
    /** Ends each with 1001 and waits until all are gone. */
    async close(): Promise<void> {
      clearInterval(pulse);
      const gone = [...open.keys()].map((socket) => new Promise<void>((resolve) => socket.once('close', resolve)));
      for (const { end } of open.values()) end(1001, 'Server shutting down');
      await Promise.all(gone);
    },
  };
}
