/** Keys by tmux's names, as the bytes a terminal of the xterm kind sends for them. */
import { checkKeys } from '../backend/index.js';

/** Bytes for the keys, in order. `cursorKeys` is whether the program asked for cursor keys in application mode. Throws InvalidParams for a name that is none. */
export function keyBytes(names: readonly string[], cursorKeys: boolean): Buffer {
  checkKeys(names);
  return Buffer.concat(names.map((name) => Buffer.from(oneKey(name, cursorKeys))));
}

const ESCAPE = '\x1b';

/** Those without modifiers of their own: Meta puts an escape before them, the others mean nothing. */
const plain: Readonly<Record<string, string>> = {
  Enter: '\r',
  Escape: ESCAPE,
  Tab: '\t',
  BTab: '\x1b[Z',
  BSpace: '\x7f',
};

/** `CSI letter`, or `SS3 letter` in application mode. */
const cursor: Readonly<Record<string, string>> = { Up: 'A', Down: 'B', Right: 'C', Left: 'D', Home: 'H', End: 'F' };
/** `SS3 letter`. */
const functions: Readonly<Record<string, string>> = { F1: 'P', F2: 'Q', F3: 'R', F4: 'S' };
/** `CSI number ~`. */
const numbered: Readonly<Record<string, number>> = {
  ...{ IC: 2, Insert: 2, DC: 3, Delete: 3 },
  ...{ PageUp: 5, PgUp: 5, PPage: 5, PageDown: 6, PgDn: 6, NPage: 6 },
  ...{ F5: 15, F6: 17, F7: 18, F8: 19, F9: 20, F10: 21, F11: 23, F12: 24 },
};

interface Modifiers {
  readonly shift: boolean;
  readonly meta: boolean;
  readonly control: boolean;
}

function oneKey(name: string, cursorKeys: boolean): string {
  const [, prefixes = '', key = ''] = /^((?:[CMS]-)*)(.+)$/su.exec(name) ?? [];
  const held = { shift: prefixes.includes('S'), meta: prefixes.includes('M'), control: prefixes.includes('C') };
  const letter = cursor[key] ?? functions[key];
  // xterm's own count: one more than shift 1, meta 2, control 4.
  const count = 1 + Number(held.shift) + 2 * Number(held.meta) + 4 * Number(held.control);
  if (numbered[key] !== undefined) return `${ESCAPE}[${numbered[key]}${count > 1 ? `;${count}` : ''}~`;
  if (letter !== undefined && count > 1) return `${ESCAPE}[1;${count}${letter}`;
  if (letter !== undefined) return `${ESCAPE}${functions[key] || cursorKeys ? 'O' : '['}${letter}`;
  return (held.meta ? ESCAPE : '') + (named(key, held) ?? character(key === 'Space' ? ' ' : key, held));
}

function named(key: string, { shift }: Modifiers): string | undefined {
  return plain[key === 'Tab' && shift ? 'BTab' : key];
}

/** What Control makes of digits and signs, as tmux and terminals have it since the VT220. */
const controls: Readonly<Record<string, string>> = {
  ...{ ' ': '\x00', '2': '\x00', '3': '\x1b', '4': '\x1c', '5': '\x1d', '6': '\x1e', '7': '\x1f', '8': '\x7f' },
  ...{ '/': '\x1f', '-': '\x1f', '?': '\x7f' },
};

function character(text: string, { control, shift }: Modifiers): string {
  if (control && controls[text] !== undefined) return controls[text];
  if (control && /^[@-~]$/.test(text)) return String.fromCharCode(text.charCodeAt(0) & 0x1f);
  return shift ? text.toUpperCase() : text;
}
