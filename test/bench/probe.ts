/** A viewer that types a key and waits for its echo, on a connection of its own. */
import { stream as sizes } from '#protocol';
import { openWire } from './wire.js';

export interface Probe {
  /** Milliseconds from the key to its echo; one at a time. */
  key(): Promise<number>;
  close(): void;
}

const KEY = '~';
const DATA = Buffer.from(KEY).toString('base64');

/** The session's program must send back what is typed, and never print a tilde by itself. */
export async function openProbe(home: string, sessionId: string): Promise<Probe> {
  const wire = await openWire(home);
  let heard: () => void = () => {};
  let acknowledged = 0;
  wire.on('terminal/output', ({ streamId, offset, data }) => {
    const bytes = Buffer.from(data, 'base64');
    if (bytes.includes(KEY)) heard();
    if (offset + bytes.length - acknowledged < sizes.ackEveryBytes) return;
    acknowledged = offset + bytes.length;
    void wire.call('terminal/ack', { streamId, offset: acknowledged });
  });
  // Whoever is moved forward sees the echo in the picture, or that it has scrolled away.
  wire.on('terminal/snapshot', ({ offset }) => {
    acknowledged = offset;
    heard();
  });
  const { streamId, offset } = await wire.call('terminal/open', { sessionId, scrollback: 0 });
  acknowledged = offset;
  return {
    async key() {
      const started = performance.now();
      await new Promise<void>((resolve) => {
        heard = resolve;
        void wire.call('terminal/input', { streamId, data: DATA });
      });
      return performance.now() - started;
    },
    close: wire.close,
  };
}
