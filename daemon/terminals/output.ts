/** Writes `terminal/output` frames: each batch is turned to base64 once, whoever watches. */
import { frameHeader } from '#protocol/frames';

/** Frames for the batches of one epoch. The last batch is remembered, since viewers of one pane mostly stand at one place. */
export function createOutputFrames() {
  let last = { from: -1, to: -1, base64: '' };
  return (streamId: string, from: number, data: Buffer): Buffer => {
    const to = from + data.length;
    if (last.from !== from || last.to !== to) {
      last = { from, to, base64: data.toString('base64') };
    }
    return outputFrame(streamId, from, last.base64);
  };
}

/** Built by hand: base64 and our own stream ids need no escaping, and this is the hottest message there is. */
function outputFrame(streamId: string, offset: number, base64: string): Buffer {
  const before = `{"jsonrpc":"2.0","method":"terminal/output","params":{"streamId":"${streamId}","offset":${offset},"data":"`;
  const after = '"}}';
  const length = before.length + base64.length + after.length;
  return Buffer.from(`${frameHeader(length)}${before}${base64}${after}`, 'latin1');
}
