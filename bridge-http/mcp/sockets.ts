/** `/ws/mcp`: MCP over WebSocket, a message in each text frame; bounded, kept alive, ended together. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { createAlive } from '../http/alive.js';
import { parseJson } from '../http/body.js';
import { splitUrl } from '../http/exchange.js';
import { checkUrl } from '../http/gate.js';
import { Refusal } from '../http/refusal.js';
import { type Caller, whenOver } from '../identity/caller.js';
import type { Callers } from '../identity/headers.js';
import type { TextConversation } from './carrier/carrier.js';
import { choiceIn } from './choice.js';
import type { Conversations, Entry, McpLimits } from './conversations.js';
import type { Opener } from './opener.js';

export interface SocketDeps {
  readonly callers: Callers;
  readonly conversations: Conversations;
  readonly opener: Opener;
  readonly limits: Pick<McpLimits, 'pingMs' | 'unreadBytes'>;
}

export interface McpSockets {
  /** Takes the socket over; false when it is meant for somebody else. Throws what refuses it. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<boolean>;
  readonly count: number;
  /** Ends each with 1001 and waits, not for long, until all are gone. Twice is harmless. */
  close(): Promise<void>;
}

const PROTOCOL = 'mcp';
const FRAME_BYTES = 1024 * 1024;
/** A client that does not answer a close is cut off. */
const FAREWELL_MS = 2000;

export function createSockets({ callers, conversations, opener, limits }: SocketDeps): McpSockets {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: FRAME_BYTES,
    handleProtocols: () => PROTOCOL,
  });
  const open = createAlive(limits.pingMs);
  let closing = false;

  const begin = async (caller: Caller, query: URLSearchParams) => {
    const line = createLine(limits.unreadBytes, () => conversations.remove(entry));
    const entry: Entry = { caller, uses: 1, usedAt: performance.now(), end: () => line.end(1013, 'Try again later') };
    conversations.add(entry);
    const onEnd = (why: string) => (why === 'unauthorized' ? line.end(4002, EXPIRED) : line.end(1000, 'Closed'));
    try {
      line.carry(await opener.openText(caller, choiceIn(query), { send: line.send, onEnd }));
      return line;
    } catch (error) {
      conversations.remove(entry);
      throw error;
    }
  };

  const join = (socket: WebSocket, line: Line, caller: Caller) => {
    open.add(socket, (code, reason) => bid(socket, code, reason));
    socket.once(
      'close',
      whenOver(caller, () => line.end(4002, EXPIRED)),
    );
    line.attach(socket);
  };

  return {
    async upgrade(request, socket, head) {
      const { path, query } = splitUrl(request.url ?? '/');
      if (path !== '/ws/mcp') return false;
      checkUrl(query);
      if (closing) throw new Refusal(503, 'RDV_UNAVAILABLE', 'The bridge stops.', { 'retry-after': '1' });
      if (!offers(request)) throw new Refusal(400, 'WRONG_PROTOCOL', 'Expected the sub-protocol `mcp` to be offered.');
      const caller = await callers.of(request);
      await opener.admit(caller, false);
      const line = await begin(caller, query);
      let made: WebSocket | undefined;
      server.handleUpgrade(request, socket, head, (done) => (made = done));
      // It may be gone by now.
      if (made) join(made, line, caller);
      else line.end(GONE, '');
      return true;
    },
    get count() {
      return open.count;
    },
    async close() {
      closing = true;
      await open.close();
    },
  };
}

const EXPIRED = 'Invalid or expired token';
/** Of a socket that went without a word; never sent. */
const GONE = 1006;

function offers({ headers }: IncomingMessage): boolean {
  const offered = headers['sec-websocket-protocol']?.split(',').map((each) => each.trim());
  return offered?.includes(PROTOCOL) ?? false;
}

type Line = ReturnType<typeof createLine>;

/** Between one socket and one conversation, which begins before there is a socket. */
function createLine(unread: McpLimits['unreadBytes'], onOver: () => void) {
  let conversation: TextConversation | undefined;
  let socket: WebSocket | undefined;
  let isOver = false;
  const finish = () => {
    if (isOver) return;
    isOver = true;
    onOver();
    void conversation?.close();
  };
  const end = (code: number, reason: string) => {
    // The conversation says so too when it is closed from here.
    if (isOver) return;
    finish();
    if (socket) bid(socket, code, reason);
  };
  const send = (text: string) => {
    if (!socket || isOver) return;
    const { bufferedAmount } = socket;
    socket.send(text, () => {
      if (socket!.isPaused && socket!.bufferedAmount <= unread.soft) socket!.resume();
    });
    if (bufferedAmount > unread.hard) end(4008, 'Too slow');
    else if (bufferedAmount > unread.soft) socket.pause();
  };
  const take = (data: Buffer, binary: boolean) => {
    if (isOver) return;
    if (binary) return end(1003, 'Text frames only');
    try {
      conversation!.take(parseJson(data));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      send(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32700, message: error.message } }));
    }
  };
  return {
    send,
    end,
    carry(made: TextConversation) {
      conversation = made;
      if (isOver) void made.close();
    },
    attach(made: WebSocket) {
      socket = made;
      // Its end is what counts; without a listener the error would end the process.
      made.on('error', () => {});
      made.on('message', take);
      made.once('close', finish);
      if (isOver) bid(made, 1013, 'Try again later');
    },
  };
}

function bid(socket: WebSocket, code: number, reason: string): void {
  socket.resume();
  socket.close(code, reason);
  const late = setTimeout(() => socket.terminate(), FAREWELL_MS);
  socket.once('close', () => clearTimeout(late));
}
