/** The first protocol: everything is JSON, output is text, and a page is held back by what waits in its socket. */
import { BAD_NAME, Ended, endingFor } from './endings.js';
import type { Serving } from './serving.js';
import { createTaking } from './taking.js';

export async function serveV1({ socket, asked, admitted, pool, open }: Serving): Promise<void> {
  const { sessionId, caller, mode } = admitted;
  const { tmuxSessionName } = await pool.call(caller, 'session/get', { id: sessionId });
  if ((asked.tmuxSessionName ?? tmuxSessionName) !== tmuxSessionName) throw new Ended(BAD_NAME);
  const terminal = open({ sessionId, mode, ...asked.size });
  await terminal.opened;
  socket.tell({ type: 'session_attached', sessionId, tmuxSessionName });
  socket.tell({ type: 'ready', sessionId, tmuxSessionName });
  const { type, text } = createTaking(socket, terminal, () => {});
  // Bytes may look like control too, which is never typed.
  socket.listen((frame) => (frame.binary && frame.data[0] !== 0x7b ? type(frame.data) : text(frame)));
  const decoder = new TextDecoder();
  for await (const bytes of terminal.bytes()) {
    const data = decoder.decode(bytes, { stream: true });
    if (data !== '') socket.tell({ type: 'output', data });
    if (!(await socket.room())) return;
  }
  const { end } = terminal;
  if (end?.type === 'closed') throw new Ended(endingFor(end.reason));
  if (end) socket.tell({ type: 'exit', code: end.code });
  socket.end(1000, 'Exited');
}
