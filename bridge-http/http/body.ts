/** The body of a request: JSON, within bounds. */
import type { IncomingMessage } from 'node:http';
import { limits } from '#protocol/lifecycle';
import { CLOSE, Refusal } from './refusal.js';

export const BODY_BYTES = 1024 * 1024;
/** What the daemon takes, less what a call is wrapped in. */
const DEPTH = limits.jsonDepth - 4;

/** An empty body is undefined. Throws Refusal: 413, 415, or 400 with `INVALID_JSON`. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  if (isTooLarge(request)) throw tooLarge();
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced === 0 && request.headers['transfer-encoding'] === undefined) return undefined;
  checkType(request);
  return parseJson(await collect(request));
}

/** Blanks alone are undefined. Throws Refusal with 400 `INVALID_JSON`. */
export function parseJson(bytes: Buffer): unknown {
  const text = textOf(bytes);
  if (text.trim() === '') return undefined;
  if (isDeep(bytes)) throw new Refusal(400, 'INVALID_JSON', `JSON may be nested ${DEPTH} levels deep, no more.`);
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'INVALID_JSON', 'This is not JSON.');
  }
}

/** By what it says of itself, before anything of it has come. */
export function isTooLarge({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? 0) > BODY_BYTES;
}

/** Only what a page of another origin cannot send without asking first. */
function checkType({ headers }: IncomingMessage): void {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json' || type?.endsWith('+json')) return;
  const got = type === undefined ? 'none' : 'another';
  const said = `Expected the header Content-Type to be application/json, got ${got}.`;
  throw new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', said);
}

function collect(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const keep = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= BODY_BYTES) return void chunks.push(chunk);
      request.off('data', keep);
      reject(tooLarge());
    };
    request.on('data', keep);
    request.once('end', () => resolve(Buffer.concat(chunks)));
    const broken = () => reject(new Refusal(400, 'INCOMPLETE_BODY', 'The body ended too early.', CLOSE));
    request.once('error', broken).once('aborted', broken);
  });
}

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal(400, 'INVALID_JSON', 'This is not UTF-8.');
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d] as const;

/** Looked for before it is built: deep nesting costs a parser far more than its length. */
function isDeep(bytes: Buffer): boolean {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) inText = !inText;
    else if (inText) at += byte === BACKSLASH ? 1 : 0;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (++depth > DEPTH) return true;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
  }
  return false;
}

function tooLarge(): Refusal {
  return new Refusal(413, 'BODY_TOO_LARGE', `A body may have at most ${BODY_BYTES} bytes.`);
}
