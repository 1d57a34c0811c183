/** What a body must be before anything else looks at it: one well-formed JSON-RPC message of bounded depth. */
import { isUtf8 } from 'node:buffer';
import { RpcError } from '#protocol';

export type Id = string | number;

/** A checked message. `params` is an object or absent. */
export type Checked =
  | { readonly kind: 'request'; readonly id: Id; readonly method: string; readonly params: object | undefined }
  | { readonly kind: 'notification'; readonly method: string; readonly params: object | undefined }
  /** An answer; the daemon asks its clients nothing, so nobody waits for it. */
  | { readonly kind: 'response' }
  /** To be answered with the error, under the id where one could be read. */
  | { readonly kind: 'refused'; readonly id: Id | null; readonly error: RpcError };

/** Judges one body. Never throws; a ParseError means that whoever wrote it cannot be trusted with framing either. */
export function check(body: Buffer, jsonDepth: number): Checked {
  // Below two bytes a level nothing can be too deep, which spares small messages the scan.
  if (body.length >= 2 * jsonDepth) {
    const deep = findTooDeep(body, jsonDepth);
    if (deep) return refuse(deep.id, 'InvalidRequest', tooDeep(jsonDepth));
  }
  const message = parse(body);
  if (message instanceof RpcError) return { kind: 'refused', id: null, error: message };
  if (Array.isArray(message))
    return refuse(null, 'InvalidRequest', 'Batches are not served; send one message at a time.');
  if (typeof message !== 'object' || message === null)
    return refuse(null, 'InvalidRequest', 'A message must be an object.');
  return checkMessage(message as Record<string, unknown>);
}

function checkMessage(message: Record<string, unknown>): Checked {
  const { id, method, params } = message;
  const known = typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id)) ? id : null;
  if (message.jsonrpc !== '2.0') return refuse(known, 'InvalidRequest', 'Expected `jsonrpc` to be "2.0".');
  if (method === undefined && ('result' in message || 'error' in message)) return { kind: 'response' };
  if (typeof method !== 'string') return refuse(known, 'InvalidRequest', 'Expected `method` to be a string.');
  if (id !== undefined && known === null)
    return refuse(null, 'InvalidRequest', 'Expected `id` to be a string or a number.');
  if (hasPoison(message))
    return refuse(known, 'InvalidRequest', 'The keys `__proto__` and `constructor.prototype` are refused.');
  const fit = params === undefined || params === null || (typeof params === 'object' && !Array.isArray(params));
  if (known === null) {
    // A notification is never answered, so one with unusable params is only dropped.
    return fit ? { kind: 'notification', method, params: params ?? undefined } : { kind: 'response' };
  }
  if (!fit) return refuse(known, 'InvalidParams', 'Expected `params` to be an object; parameters go by name.');
  return { kind: 'request', id: known, method, params: params ?? undefined };
}

function refuse(id: Id | null, kind: 'InvalidRequest' | 'InvalidParams', message: string): Checked {
  return { kind: 'refused', id, error: new RpcError(kind, message) };
}

function parse(body: Buffer): unknown {
  if (!isUtf8(body)) return new RpcError('ParseError', 'The message is not UTF-8.');
  try {
    return JSON.parse(body.toString());
  } catch {
    return new RpcError('ParseError', 'The message is not JSON.');
  }
}

/** Whether a key could reach a prototype when some later code copies the object. The scan before bounds the recursion. */
function hasPoison(value: object): boolean {
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object' && item !== null && hasPoison(item)) return true;
    return false;
  }
  for (const key of Object.keys(value)) {
    if (key === '__proto__') return true;
    const inner = (value as Record<string, unknown>)[key];
    if (typeof inner !== 'object' || inner === null) continue;
    if (key === 'constructor' && Object.hasOwn(inner, 'prototype')) return true;
    if (hasPoison(inner)) return true;
  }
  return false;
}

function tooDeep(limit: number): string {
  return `A message may be nested ${limit} levels deep, no more.`;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Looks for nesting below the limit before `JSON.parse` builds it: 4 MiB of brackets cost it half a second and 150 MB.
 * The id is read on the way, where it comes before the deep part.
 */
function findTooDeep(body: Buffer, limit: number): { id: Id | null } | undefined {
  let depth = 0;
  let idAt = 0;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (byte === QUOTE) {
      const end = endOfString(body, at);
      if (depth === 1 && end - at === 3 && body[at + 1] === 0x69 && body[at + 2] === 0x64) idAt = end + 1;
      at = end;
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > limit) return { id: idAt ? readId(body, idAt) : null };
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return undefined;
}

/** The place of the closing quote, or the end of the body. */
function endOfString(body: Buffer, open: number): number {
  let at = open + 1;
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1;
  return at;
}

function readId(body: Buffer, at: number): Id | null {
  const text = /^\s*:\s*("[^"\\]*"|-?\d{1,15})\s*[,}]/.exec(
    body.toString('utf8', at, Math.min(body.length, at + 200)),
  )?.[1];
  return text === undefined ? null : (JSON.parse(text) as Id);
}
