/** Writes `terminal/output` frames: each batch is turned to base64 once, whoever watches. */
import { frameHeader } from '#protocol/frames';

/** One frame; the end of a long one is a buffer of its own, which the frames of all viewers of the same batch share. */
export type OutputFrame = readonly [frame: Buffer, shared?: Buffer];

/** A shorter end is copied: it costs nearly the same, and a keystroke's echo is one buffer. */
const SHARED_FROM = 4 * 1024;

/** Frames for the batches of one epoch. The last batch is remembered, since viewers of one pane mostly stand at one place. */
export function createOutputFrames() {
  let last = { from: -1, to: -1, end: '' as string | Buffer };
  return (streamId: string, from: number, data: Buffer): OutputFrame => {
    const to = from + data.length;
    if (last.from !== from || last.to !== to) last = { from, to, end: endOf(data) };
    return outputFrame(streamId, from, last.end);
  };
}

function endOf(data: Buffer): string | Buffer {
  const end = `${data.toString('base64')}"}}`;
  return end.length < SHARED_FROM ? end : Buffer.from(end, 'latin1');
}

/** Built by hand: base64 and our own stream ids need no escaping, and this is the hottest message there is. */
function outputFrame(streamId: string, offset: number, end: string | Buffer): OutputFrame {
  const before = `{"jsonrpc":"2.0","method":"terminal/output","params":{"streamId":"${streamId}","offset":${offset},"data":"`;
  const head = frameHeader(before.length + end.length) + before;
  return typeof end === 'string' ? [Buffer.from(head + end, 'latin1')] : [Buffer.from(head, 'latin1'), end];
}
