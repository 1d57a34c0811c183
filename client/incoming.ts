/** Messages cut out of what the daemon sends; shared by the full client and the quick one. */
import { createDecoder } from '#protocol/frames';

/** More lenient than the daemon's own limits: an answer may be large, and a newer daemon may send longer headers. */
export const answerLimits = { headerBytes: 8 * 1024, bodyBytes: 64 * 1024 * 1024 };

/** Takes chunks, tells whole messages in order. The chunk that breaks the framing or the JSON throws; nothing after it counts. */
export function createIncoming(tell: (message: unknown) => void): (chunk: Buffer) => void {
  const decoder = createDecoder(answerLimits);
  return (chunk) => {
    for (const event of decoder.push(chunk)) {
      if (event.kind === 'error') throw event.error;
      tell(JSON.parse(event.body.toString()));
    }
  };
}
