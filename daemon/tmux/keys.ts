/** Types into a pane: bytes exactly as they are, a paste, or keys by their tmux names. */
import { checkKeys } from '../backend/index.js';
import type { Control } from './control.js';

/** `send-keys` costs about 7 us a byte, a paste almost nothing: keystrokes go by the one, text by the other. */
const KEYSTROKES = 64;
const PASTE = 16 * 1024;

/** Eight-bit clean, in order with whatever was typed before on this connection. */
export async function typeBytes(run: Control['run'], pane: number, data: Buffer): Promise<void> {
  const commands: Promise<Buffer[]>[] = [];
  for (let at = 0; at < data.length; ) {
    const piece = nextPiece(data, at);
    commands.push(piece.length <= KEYSTROKES || piece[0] === 0 ? run([sendHex(pane, piece)]) : run(paste(pane, piece)));
    at += piece.length;
  }
  await Promise.all(commands);
}

/** A run of NULs, which no tmux argument can hold, or a run without any. */
function nextPiece(data: Buffer, from: number): Buffer {
  if (data[from] === 0) {
    let to = from + 1;
    while (data[to] === 0 && to - from < KEYSTROKES) to++;
    return data.subarray(from, to);
  }
  const nul = data.indexOf(0, from);
  return data.subarray(from, Math.min(nul === -1 ? data.length : nul, from + PASTE));
}

const sendHex = (pane: number, bytes: Buffer) => [
  'send-keys',
  '-t',
  `%${pane}`,
  '-H',
  ...[...bytes].map((b) => b.toString(16)),
];

/** Without `-p` no paste brackets are added, with `-r` newlines stay newlines. */
const paste = (pane: number, bytes: Buffer) => [
  ['set-buffer', '-b', 'rdv-type', '--', bytes],
  ['paste-buffer', '-d', '-r', '-b', 'rdv-type', '-t', `%${pane}`],
];

let pastes = 0;

/**
 * In a buffer of its own, all in one line: tmux takes the whole of it or nothing, and no buffer stays behind when
 * somebody dies in between.
 */
export async function pasteBytes(run: Control['run'], pane: number, data: Buffer): Promise<void> {
  if (data.length === 0) return;
  const buffer = `rdv-paste-${++pastes}`;
  const commands: (string | Buffer)[][] = [];
  for (let at = 0; at < data.length; at += PASTE) {
    const append = at === 0 ? [] : ['-a'];
    commands.push(['set-buffer', ...append, '-b', buffer, '--', data.subarray(at, at + PASTE)]);
  }
  await run([...commands, ['paste-buffer', '-p', '-r', '-d', '-b', buffer, '-t', `%${pane}`]]);
}

/** Keys by name. Throws InvalidParams for a name that is no key. */
export async function typeKeys(run: Control['run'], pane: number, keys: readonly string[]): Promise<void> {
  checkKeys(keys);
  if (keys.length > 0) await run([['send-keys', '-t', `%${pane}`, '--', ...keys]]);
}

/** Copy mode and menus swallow keys without a word; leave them first. */
export async function leaveModes(run: Control['run'], pane: number): Promise<void> {
  await run([['copy-mode', '-q', '-t', `%${pane}`]]);
}
