/** The body of a request: JSON, within bounds. */
import type { IncomingMessage } from 'node:http';
import { CLOSE, Refusal } from './refusal.js';

export const BODY_BYTES = 1024 * 1024;

/** An empty body is undefined. Throws Refusal: 413, 415, or 400 with `INVALID_JSON`. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > BODY_BYTES) throw tooLarge();
  if (announced === 0 && request.headers['transfer-encoding'] === undefined) return undefined;
  checkType(request);
  const text = (await collect(request)).toString('utf8');
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'INVALID_JSON', 'The body is not JSON.');
  }
}

/** Only what a page of another origin cannot send without asking first. */
function checkType({ headers }: IncomingMessage): void {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json' || type?.endsWith('+json')) return;
  const got = type === undefined ? 'none' : 'another';
  const said = `Expected the header Content-Type to be application/json, got ${got}.`;
  throw new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', said, CLOSE);
}

function collect(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > BODY_BYTES) reject(tooLarge());
      else chunks.push(chunk);
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    const broken = () => reject(new Refusal(400, 'INCOMPLETE_BODY', 'The body ended too early.', CLOSE));
    request.once('error', broken).once('aborted', broken);
  });
}

function tooLarge(): Refusal {
  return new Refusal(413, 'BODY_TOO_LARGE', `A body may have at most ${BODY_BYTES} bytes.`, CLOSE);
}
