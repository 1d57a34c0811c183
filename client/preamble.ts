/** What a login prints before the program it runs does, such as the greeting of a chatty `.bashrc`. Pure. */
import type { RpcError } from '#protocol/errors';
import { failure } from './failure.js';

const FRAME = /Content-Length: ?\d+\r\n/;
/** The longest beginning of a frame that may still be cut. */
const HEAD_BYTES = 40;
const MOST_BYTES = 64 * 1024;

/**
 * Returns what passes on all that begins with the first frame, and drops what comes before it; undefined while there is
 * nothing to pass on, and Unavailable where there is no end to what comes before.
 */
export function createGate(host: string): (chunk: Buffer) => Buffer | RpcError | undefined {
  let held = Buffer.alloc(0);
  let dropped = 0;
  let open = false;
  return (chunk) => {
    if (open) return chunk;
    held = Buffer.concat([held, chunk]);
    const at = held.toString('latin1').search(FRAME);
    open = at >= 0;
    if (open) return held.subarray(at);
    dropped += Math.max(0, held.length - HEAD_BYTES);
    held = held.subarray(-HEAD_BYTES);
    return dropped > MOST_BYTES ? talkative(host) : undefined;
  };
}

function talkative(host: string): RpcError {
  const cure = `See what \`ssh ${host} true\` prints: files such as .bashrc are to be silent where nobody logs in.`;
  return failure('Unavailable', `${host} prints text where answers were expected.`, cure, 'NO_FRAMES');
}
