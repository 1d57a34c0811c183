/** What a page sends, once its terminal is ready: typed, sized, or answered at once. */
import type { FollowedTerminal } from '#client';
import { RpcError } from '#protocol/errors';
import { type Control, controlOf, type Frame } from './frames.js';
import { createSizes } from './sizes.js';
import type { PageSocket } from './socket.js';

/** Typed and not yet confirmed, and then? The page waits. */
const UNSENT_BYTES = 1024 * 1024;

export interface Taking {
  /** Typed into the program as it is. */
  type(data: Uint8Array | string): void;
  /** A frame of text: control, or typed. */
  text(frame: Frame): void;
}

/** `ack` is told of acknowledgements. What the daemon refuses is told to the page, each reason once, and the stream goes on. */
export function createTaking(socket: PageSocket, terminal: FollowedTerminal, ack: (offset: number) => void): Taking {
  const refused = new Set<string>();
  const tellRefusal = (error: unknown) => {
    // Anything else ends the stream, and its reader is told.
    if (!(error instanceof RpcError)) return;
    const { message, data, kind } = error;
    const code = data.code ?? kind;
    if (refused.has(code)) return;
    refused.add(code);
    socket.tell({ type: 'error', code, message, retryable: kind === 'Unavailable' || kind === 'Overloaded' });
  };
  const sizes = createSizes(({ cols, rows }) => void terminal.resize(cols, rows).catch(tellRefusal));
  void socket.over.then(sizes.close);

  const type = (data: Uint8Array | string) => {
    if (data.length === 0) return;
    const written = terminal.write(data).catch(tellRefusal);
    if (terminal.unsentBytes > UNSENT_BYTES) socket.hold(written);
  };

  const control = (asked: Control) => {
    switch (asked.type) {
      case 'input':
        return type(asked.data);
      case 'resize':
        return sizes.add(asked);
      case 'focus':
        return void terminal.focus().catch(tellRefusal);
      case 'ack':
        return ack(asked.offset);
      case 'ping':
        return socket.tell({ type: 'pong' });
      default:
        return socket.end(1000, 'Detached');
    }
  };

  return {
    type,
    text({ data }) {
      const asked = controlOf(data.toString());
      if (asked === 'typed') type(data);
      else if (asked) control(asked);
    },
  };
}
