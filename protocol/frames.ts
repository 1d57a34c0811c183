/** Frames: how messages are cut out of a byte stream, `Content-Length: N`, an empty line, N bytes of JSON. */
import { RpcError } from './errors.js';

/** One message as it goes over the wire. Throws what `JSON.stringify` throws. */
export function frame(message: unknown): Buffer {
  return frameJson(JSON.stringify(message));
}

/** As `frame`, for a message that is JSON already. The bytes are copied once. */
export function frameJson(json: Buffer | string): Buffer {
  const bytes = Buffer.byteLength(json);
  const header = frameHeader(bytes);
  const out = Buffer.allocUnsafe(header.length + bytes);
  out.write(header, 'latin1');
  if (typeof json === 'string') out.write(json, header.length, 'utf8');
  else json.copy(out, header.length);
  return out;
}

/** What stands before a body of so many bytes. */
export function frameHeader(bodyBytes: number): string {
  return `Content-Length: ${bodyBytes}\r\n\r\n`;
}

export interface FrameLimits {
  /** Longest header, its empty line included. */
  readonly headerBytes: number;
  readonly bodyBytes: number;
}

/** A body is the decoder's no more and may share memory with the chunk it came in. After an error nothing follows. */
export type FrameEvent =
  | { readonly kind: 'body'; readonly body: Buffer }
  | { readonly kind: 'error'; readonly error: RpcError };

export interface Decoder {
  /** The frames this chunk completes, in order. An error (ParseError or TooLarge) ends the stream: later chunks give nothing. */
  push(chunk: Buffer): FrameEvent[];
  /** Holds for frames whose header is not yet read. */
  setBodyBytes(bodyBytes: number): void;
  /** True while some bytes of an incomplete frame are held. */
  readonly partial: boolean;
}

/** Holds at most `headerBytes` plus one body; no byte is searched twice, none copied more than once. */
export function createDecoder(limits: FrameLimits): Decoder {
  return new ChunkDecoder(limits.headerBytes, limits.bodyBytes);
}

class ChunkDecoder implements Decoder {
  /** The beginning of a header that came in pieces. */
  private header: Buffer | undefined;
  private headerHeld = 0;
  /** A body that came in pieces. Its memory is asked for at once, so that one-byte chunks cost no more than their bytes. */
  private body: Buffer | undefined;
  private bodyHeld = 0;
  private dead = false;

  constructor(
    private readonly headerBytes: number,
    private bodyBytes: number,
  ) {}

  push(chunk: Buffer): FrameEvent[] {
    const events: FrameEvent[] = [];
    if (this.dead) return events;
    try {
      this.decode(chunk, events);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      this.dead = true;
      this.header = this.body = undefined;
      events.push({ kind: 'error', error });
    }
    return events;
  }

  setBodyBytes(bodyBytes: number): void {
    this.bodyBytes = bodyBytes;
  }

  get partial(): boolean {
    return this.header !== undefined || this.body !== undefined;
  }

  private decode(chunk: Buffer, events: FrameEvent[]): void {
    let at = this.body ? this.fill(this.body, chunk, 0, events) : 0;
    while (at < chunk.length) {
      const found = this.header ? this.resumeHeader(this.header, chunk) : this.readHeader(chunk, at);
      if (!found) return;
      const end = found.at + found.length;
      if (end <= chunk.length) {
        events.push({ kind: 'body', body: chunk.subarray(found.at, end) });
        at = end;
      } else {
        this.body = Buffer.allocUnsafe(found.length);
        this.bodyHeld = 0;
        at = this.fill(this.body, chunk, found.at, events);
      }
    }
  }

  private readHeader(chunk: Buffer, at: number): Start | undefined {
    const end = chunk.indexOf(END, at);
    if (end < 0) {
      if (chunk.length - at >= this.headerBytes) throw headerTooLong(this.headerBytes);
      this.header = Buffer.allocUnsafe(this.headerBytes);
      this.headerHeld = chunk.copy(this.header, 0, at);
      return undefined;
    }
    if (end + END.length - at > this.headerBytes) throw headerTooLong(this.headerBytes);
    return { at: end + END.length, length: bodyLength(chunk.toString('latin1', at, end), this.bodyBytes) };
  }

  /** Reads on in a header that began in an earlier chunk. */
  private resumeHeader(header: Buffer, chunk: Buffer): Start | undefined {
    const held = this.headerHeld;
    this.headerHeld += chunk.copy(header, held);
    const end = header.subarray(0, this.headerHeld).indexOf(END, Math.max(0, held - END.length + 1));
    if (end < 0) {
      if (this.headerHeld === this.headerBytes) throw headerTooLong(this.headerBytes);
      return undefined;
    }
    this.header = undefined;
    return { at: end + END.length - held, length: bodyLength(header.toString('latin1', 0, end), this.bodyBytes) };
  }

  /** Takes from the chunk what the open body still needs. Returns the place after it. */
  private fill(body: Buffer, chunk: Buffer, at: number, events: FrameEvent[]): number {
    const taken = chunk.copy(body, this.bodyHeld, at);
    this.bodyHeld += taken;
    if (this.bodyHeld === body.length) {
      events.push({ kind: 'body', body });
      this.body = undefined;
    }
    return at + taken;
  }
}

/** Where in the chunk a body begins, and its length. */
interface Start {
  readonly at: number;
  readonly length: number;
}

const END = Buffer.from('\r\n\r\n');
/** What every client we know sends; anything else takes the long way. */
const PLAIN = /^Content-Length: (\d{1,12})$/;

function bodyLength(header: string, limit: number): number {
  const text = PLAIN.exec(header)?.[1] ?? contentLength(header);
  const length = Number(text);
  if (length > limit) throw new RpcError('TooLarge', `A message may have ${limit} bytes here, this one has ${length}.`);
  return length;
}

/** Other headers, such as Content-Type, are allowed and mean nothing to us. */
function contentLength(header: string): string {
  let found: string | undefined;
  for (const line of header.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon < 1 || !/^[!-~]+$/.test(line.slice(0, colon)))
      throw new RpcError('ParseError', 'A header line has no name.');
    if (line.slice(0, colon).toLowerCase() !== 'content-length') continue;
    if (found !== undefined) throw new RpcError('ParseError', 'Content-Length is given twice.');
    found = line.slice(colon + 1).trim();
    if (!/^\d{1,12}$/.test(found)) throw new RpcError('ParseError', 'Content-Length is not a whole number of bytes.');
  }
  if (found === undefined) throw new RpcError('ParseError', 'The header has no Content-Length.');
  return found;
}

function headerTooLong(limit: number): RpcError {
  return new RpcError('ParseError', `No end of the header within ${limit} bytes.`);
}
