/** Reads a terminal as text: its screen, what is new since a cursor, its history. */
import { createHash } from 'node:crypto';
import { type Parsed, type Result, RpcError } from '#protocol';
import type { Backend, Modes } from '../backend/index.js';
import { plainText } from '../sessions/text.js';
import type { Place } from './cut.js';
import { printedText, wholeBytes } from './printed.js';
import type { Stream } from './stream.js';

export interface ReadDeps {
  readonly backend: Pick<Backend, 'capture'>;
  readonly pane: number;
  readonly stream: Pick<Stream, 'here' | 'holds' | 'read'>;
}

type Wanted = Parsed<'terminal/read'>;
type Read = Result<'terminal/read'>;

/** Throws Gone when the window is no more. */
export async function readTerminal(deps: ReadDeps, wanted: Wanted): Promise<Read> {
  const since = wanted.cursor === undefined ? undefined : parseCursor(wanted.cursor, deps.stream.here());
  if (wanted.mode === 'new' && since) return readNew(deps, wanted, since);
  const lines = wanted.mode === 'screen' ? 0 : wanted.maxLines;
  const { text, screen, cursor, above } = await look(deps, lines);
  if (since && since.seen === cursor.seen && wanted.mode === 'screen') return unchanged(cursor);
  const { content, omittedLines } = bounded(text, wanted);
  const omitted = { omittedLines: omittedLines + (wanted.mode === 'screen' ? 0 : above) };
  return { content, ...omitted, cursor: writeCursor(cursor), unchanged: false, complete: true, screen };
}

/** What was printed after the cursor, from what the daemon holds; else the history, which may repeat what was read. */
async function readNew(deps: ReadDeps, wanted: Wanted, since: Cursor): Promise<Read> {
  const { stream } = deps;
  if (!stream.holds(since.epoch, since.offset)) {
    const { text, screen, cursor } = await look(deps, wanted.maxLines);
    return { ...bounded(text, wanted), cursor: writeCursor(cursor), unchanged: false, complete: false, screen };
  }
  const bytes = stream.read(since.offset, stream.here().offset - since.offset);
  const whole = bytes.subarray(0, wholeBytes(bytes));
  if (whole.length === 0) return unchanged(since);
  const newest = whole.subarray(Math.max(0, whole.length - LOOKED_BYTES));
  const before = countLines(whole.subarray(0, whole.length - newest.length));
  // What was seen of the screen is no longer what it shows.
  const cursor = { epoch: since.epoch, offset: since.offset + whole.length, seen: '' };
  const { content, omittedLines } = bounded(printedText(newest), wanted);
  return {
    content,
    cursor: writeCursor(cursor),
    unchanged: false,
    omittedLines: before + omittedLines,
    complete: true,
  };
}

/** Of what is new, the newest so much is looked at as text: more would hold others up. */
const LOOKED_BYTES = 512 * 1024;

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) lines++;
  return lines;
}

async function look({ backend, pane, stream }: ReadDeps, lines: number) {
  let place: Place = stream.here();
  const begun = () => {
    place = stream.here();
  };
  const captured = await backend.capture(pane, { history: lines, styled: false, begun });
  const text = plainText(captured);
  const { modes } = captured;
  const seen = createHash('sha256')
    .update(JSON.stringify([plainText({ ...captured, history: Buffer.alloc(0) }), shown(modes)]))
    .digest('base64url')
    .slice(0, 16);
  const above = Math.max(0, (modes.history || 0) - lines);
  return { text, above, screen: shown(modes), cursor: { ...place, seen } };
}

function shown({ cols, rows, cursorX, cursorY, alternate }: Modes) {
  return { cols, rows, cursorX, cursorY, alternate: alternate === 1 };
}

const unchanged = (cursor: Cursor): Read => ({
  content: '',
  cursor: writeCursor(cursor),
  unchanged: true,
  omittedLines: 0,
  complete: true,
});

/** The newest lines that fit; a single line that does not is cut at its beginning. */
function bounded(text: string, { maxLines, maxBytes }: Wanted): Pick<Read, 'content' | 'omittedLines'> {
  const lines = text.split('\n');
  let kept = 0;
  let bytes = 0;
  while (kept < Math.min(lines.length, maxLines)) {
    const size = Buffer.byteLength(lines.at(-1 - kept)!) + 1;
    if (bytes + size > maxBytes + 1) break;
    bytes += size;
    kept++;
  }
  if (kept > 0) return { content: lines.slice(-kept).join('\n'), omittedLines: lines.length - kept };
  const last = Buffer.from(lines.at(-1)!);
  const content = last.toString('utf8', last.length - maxBytes).replace(/^\ufffd+/, '');
  return { content, omittedLines: lines.length - 1 };
}

/** A place in the stream, and what the screen looked like there. */
interface Cursor extends Place {
  readonly seen: string;
}

const writeCursor = ({ epoch, offset, seen }: Cursor): string => `${epoch}.${offset}.${seen}`;

/** Throws InvalidParams for one that is none of ours, or stands where nothing was printed yet. */
function parseCursor(text: string, here: Place): Cursor {
  const [, epoch = '', offset, seen = ''] = /^([\w-]{1,64})\.(\d{1,15})\.([\w-]{0,16})$/.exec(text) ?? [];
  const isFuture = epoch === here.epoch && Number(offset) > here.offset;
  if (offset !== undefined && !isFuture) return { epoch, offset: Number(offset), seen };
  const got = isFuture ? 'one for what is not printed yet' : `"${text}"`;
  throw new RpcError(
    'InvalidParams',
    `Expected \`cursor\` to be one that an earlier terminal/read returned, got ${got}.`,
  );
}
