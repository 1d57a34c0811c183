/** Keeps a terminal attached to its session: output in exact places, acknowledged once parsed, resumed after a loss. */
import type { SerializeAddon } from '@xterm/addon-serialize';
import type { Terminal } from '@xterm/xterm';

interface Place {
  epoch: string;
  offset: number;
}

interface Options {
  readonly sessionId: string;
  readonly terminal: Terminal;
  readonly serializer: SerializeAddon;
  readonly tell: (state: string) => void;
}

const ACK_EVERY = 5000;

export function attach({ sessionId, terminal, serializer, tell }: Options) {
  const kept = `rdv ${sessionId}`;
  let place: Place | undefined;
  let acknowledged = 0;
  let socket: WebSocket | undefined;
  let closed = false;
  let retry: ReturnType<typeof setTimeout> | undefined;

  const send = (message: object) => socket?.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message));

  /** Parsed: the place moves on, and what is behind it may come. */
  const parsed = (to: number) => {
    if (place) place.offset = to;
    if (to - acknowledged < ACK_EVERY) return;
    acknowledged = to;
    send({ type: 'ack', offset: to });
  };

  const told = (message: any) => {
    switch (message.type) {
      case 'ready':
        if (!message.resumed) terminal.reset();
        place = { epoch: message.epoch, offset: message.offset };
        acknowledged = message.offset;
        tell(message.resumed ? 'resumed' : 'ready');
        break;
      case 'snapshot':
        terminal.reset();
        place = { epoch: message.epoch, offset: message.offset };
        acknowledged = message.offset;
        terminal.write(message.data, () => send({ type: 'ack', offset: message.offset }));
        break;
      case 'size':
        terminal.resize(message.cols, message.rows);
        break;
      case 'exit':
        closed = true;
        tell('exited');
        break;
      case 'error':
        tell(`error: ${message.message}`);
        break;
    }
  };

  const connect = async () => {
    if (closed) return;
    const response = await fetch(`/api/sessions/${sessionId}/token`).catch(() => undefined);
    const ticket = response?.ok ? await response.json() : undefined;
    if (closed) return;
    if (!ticket) return again();
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const query = new URLSearchParams({ token: ticket.token, sessionId, tmuxSession: ticket.tmuxSessionName });
    socket = new WebSocket(`${scheme}://${location.host}/ws?${query}`, 'rdv.terminal.v2');
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      const { cols, rows } = terminal;
      send({ type: 'hello', cols, rows, flow: true, mode: 'rw', ...(place && { resume: place }) });
    };
    socket.onmessage = ({ data }) => {
      if (typeof data === 'string') return told(JSON.parse(data));
      const view = new DataView(data);
      const bytes = new Uint8Array(data, 9);
      const end = Number(view.getBigUint64(1)) + bytes.length;
      terminal.write(bytes, () => parsed(end));
    };
    socket.onclose = again;
  };

  const again = () => {
    if (closed) return;
    tell('lost');
    retry = setTimeout(connect, 250);
  };

  terminal.onData((text) => {
    if (socket?.readyState !== WebSocket.OPEN) return;
    const bytes = new TextEncoder().encode(text);
    const frame = new Uint8Array(bytes.length + 1);
    frame.set(bytes, 1);
    socket.send(frame);
  });
  terminal.onResize(({ cols, rows }) => void send({ type: 'resize', cols, rows }));

  const keep = () => place && sessionStorage.setItem(kept, JSON.stringify({ place, screen: serializer.serialize() }));
  addEventListener('pagehide', keep);

  const before = sessionStorage.getItem(kept);
  if (before) {
    const { place: was, screen } = JSON.parse(before);
    place = was;
    terminal.write(screen, connect);
  } else void connect();

  return {
    close() {
      closed = true;
      clearTimeout(retry);
      removeEventListener('pagehide', keep);
      socket?.close();
    },
  };
}
