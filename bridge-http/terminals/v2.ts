/** The second protocol: exact places, bytes as bytes, acknowledged by the page, and resumed where it stopped. */
import type { FollowedEvent, Opened } from '#client';
import { BAD_HELLO, Ended, endingFor } from './endings.js';
import { createFlow, piecesOf } from './flow.js';
import { helloOf } from './frames.js';
import type { Serving } from './serving.js';
import { wholeSize } from './sizes.js';
import type { PageSocket } from './socket.js';
import { incompleteTail } from './tail.js';
import { createTaking } from './taking.js';
import { createWatcher } from './title.js';

export const V2 = 'rdv.terminal.v2';

export async function serveV2({ socket, asked, admitted, helloMs, open }: Serving): Promise<void> {
  const frame = await socket.first(helloMs);
  if (!frame) return;
  const hello = helloOf(frame);
  if (!hello) throw new Ended(BAD_HELLO);
  const { resume, flow } = hello;
  const mode = hello.mode === 'ro' ? 'ro' : admitted.mode;
  const size = wholeSize({ cols: hello.cols ?? 0, rows: hello.rows ?? 0 }) ?? asked.size;
  const terminal = open({ sessionId: admitted.sessionId, mode, ...size, ...(resume && { resume }) });
  const opened = await terminal.opened;
  const show = createShow(socket, opened, flow);
  tellReady(socket, opened);
  const { type, text } = createTaking(socket, terminal, show.ack);
  socket.listen((frame) => {
    if (!frame.binary) text(frame);
    else if (frame.data[0] === 0) type(frame.data.subarray(1));
  });
  for await (const event of terminal) if (!(await show.event(event))) return;
}

function tellReady(socket: PageSocket, { epoch, offset, resumed, cols, rows, owner }: Opened): void {
  socket.tell({ type: 'ready', v: 2, epoch, offset, resumed });
  socket.tell({ type: 'size', cols, rows, owner });
}

function createShow(socket: PageSocket, { offset }: Opened, flow: boolean) {
  const credit = createFlow(offset);
  const watcher = createWatcher();
  const isFree = () => !flow || credit.free;

  const output = async (at: number, data: Uint8Array): Promise<boolean> => {
    let from = at;
    for (const piece of piecesOf(data)) {
      if (!(await socket.room(isFree))) return false;
      socket.send(outputFrame(from, piece));
      from += piece.length;
      credit.sent(from);
    }
    const { title, bell } = watcher.look(data);
    if (title !== undefined) socket.tell({ type: 'title', title });
    if (bell) socket.tell({ type: 'bell' });
    return true;
  };

  const snapshot = async ({ epoch, offset, cols, rows, data }: Extract<FollowedEvent, { type: 'snapshot' }>) => {
    if (!(await socket.room())) return false;
    // A character that has come in part is told as bytes: its rest comes so too.
    const tail = incompleteTail(data);
    const [whole, part] = [data.subarray(0, data.length - tail), data.subarray(data.length - tail)];
    const text = Buffer.from(whole).toString('utf8');
    socket.tell({ type: 'snapshot', epoch, offset: offset - tail, cols, rows, data: text });
    if (tail > 0) socket.send(outputFrame(offset - tail, part));
    credit.stand(offset);
    watcher.reset();
    return true;
  };

  return {
    ack(at: number) {
      if (credit.ack(at)) socket.moved();
    },
    /** False once the page is gone. */
    async event(event: FollowedEvent): Promise<boolean> {
      if (event.type === 'data') return output(event.offset, event.data);
      if (event.type === 'snapshot') return snapshot(event);
      if (event.type === 'closed') throw new Ended(endingFor(event.reason));
      if (event.type === 'gap') socket.tell({ type: 'gap', from: event.from, to: event.to });
      if (event.type === 'resized') {
        const { cols, rows, owner } = event;
        socket.tell({ type: 'size', cols, rows, owner });
      }
      if (event.type === 'exit') {
        socket.tell({ type: 'exit', code: event.code });
        socket.end(1000, 'Exited');
      }
      return !socket.isOver;
    },
  };
}

/** A zero, the place of the first byte as eight bytes, the bytes. */
function outputFrame(offset: number, data: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(9 + data.length);
  frame[0] = 0;
  frame.writeUInt32BE(Math.floor(offset / 2 ** 32), 1);
  frame.writeUInt32BE(offset % 2 ** 32, 5);
  frame.set(data, 9);
  return frame;
}
