/** What a person does at `rdv watch`: what is selected, what is being typed, and what each key comes to. */
import type { Blocked } from '#protocol';
import type { Key } from './keypress.js';
import type { Row, Wanted } from './roster.js';

export interface Desk extends Wanted {
  /** A session's id; the first row when it is not listed. */
  readonly selected: string | undefined;
  readonly mode: Mode;
  /** One line about what was done last. */
  readonly note: Note | undefined;
}

export type Mode =
  | { readonly name: 'list' }
  | { readonly name: 'help' }
  | { readonly name: 'filter' }
  | { readonly name: 'send'; readonly id: string; readonly text: string }
  | { readonly name: 'respond'; readonly id: string; readonly interactionId: string; readonly blocked: Blocked }
  | { readonly name: 'close'; readonly id: string };

export type Note =
  | { readonly text: string; readonly failed?: boolean }
  /** How a receipt stands, as it goes on. */
  | { readonly receiptId: string; readonly to: string };

/** What is to be done outside. */
export type Deed =
  | { readonly name: 'quit' }
  | { readonly name: 'redraw' }
  | { readonly name: 'attach'; readonly id: string }
  | { readonly name: 'suspend' | 'resume' | 'close'; readonly id: string }
  | { readonly name: 'send'; readonly id: string; readonly text: string }
  | { readonly name: 'respond'; readonly id: string; readonly interactionId: string; readonly optionId: string }
  | { readonly name: 'read'; readonly ids: readonly string[] };

export interface Step {
  readonly desk: Desk;
  readonly deed?: Deed;
}

export const emptyDesk: Desk = {
  selected: undefined,
  filter: '',
  attention: false,
  mode: { name: 'list' },
  note: undefined,
};

/** Answers that a digit reaches. */
export const DIGITS = 9;
const PAGE = 10;

export function selectedRow(rows: readonly Row[], { selected }: Desk): Row | undefined {
  return rows.find(({ session }) => session.id === selected) ?? rows[0];
}

/** The desk after a key. `rows` are those that are listed. */
export function press(desk: Desk, rows: readonly Row[], key: Key): Step {
  if (key.name === 'interrupt') return { desk, deed: { name: 'quit' } };
  if (key.name === 'redraw') return { desk, deed: { name: 'redraw' } };
  switch (desk.mode.name) {
    case 'list':
      return pressInList({ ...desk, note: undefined }, rows, key);
    case 'help':
      return { desk: inList(desk) };
    case 'filter':
      return pressInFilter(desk, key);
    case 'send':
      return pressInSend(desk, desk.mode, key);
    case 'respond':
      return pressInRespond(desk, desk.mode, key);
    case 'close':
      return pressInClose(desk, desk.mode, key);
  }
}

const inList = (desk: Desk): Desk => ({ ...desk, mode: { name: 'list' } });

const moves: Readonly<Record<string, (at: number, last: number) => number>> = {
  ...{ up: (at) => at - 1, k: (at) => at - 1, down: (at) => at + 1, j: (at) => at + 1 },
  ...{ pageUp: (at) => at - PAGE, pageDown: (at) => at + PAGE },
  ...{ home: () => 0, g: () => 0, end: (_, last) => last, G: (_, last) => last },
};

function pressInList(desk: Desk, rows: readonly Row[], key: Key): Step {
  // Pasted by mistake: letters that were not typed do nothing.
  const word = key.name === 'text' ? key.text : key.name === 'paste' ? '' : key.name;
  const row = selectedRow(rows, desk);
  if (Object.hasOwn(moves, word) && row) {
    const to = moves[word]!(rows.indexOf(row), rows.length - 1);
    const next = rows[Math.min(rows.length - 1, Math.max(0, to))]!;
    return { desk: { ...desk, selected: next.session.id } };
  }
  if (word === 'q') return { desk, deed: { name: 'quit' } };
  if (word === '?') return { desk: { ...desk, mode: { name: 'help' } } };
  if (word === '/') return { desk: { ...desk, mode: { name: 'filter' } } };
  if (word === 'f') return { desk: { ...desk, attention: !desk.attention } };
  if (word === 'escape') return { desk: { ...desk, filter: '', attention: false } };
  if (word === 'N') return { desk, deed: { name: 'read', ids: [] } };
  return row ? pressOn(row, { ...desk, selected: row.session.id }, word) : { desk };
}

/** Keys that are about the selected session. */
function pressOn(row: Row, desk: Desk, word: string): Step {
  const { id, status } = row.session;
  switch (word) {
    case 'enter':
    case 'a':
      return { desk, deed: { name: 'attach', id } };
    case 's':
      return { desk: { ...desk, mode: { name: 'send', id, text: '' } } };
    case 'r':
      return { desk: toRespond(desk, row) };
    case 'u':
      return { desk, deed: { name: status === 'suspended' ? 'resume' : 'suspend', id } };
    case 'x':
      return { desk: { ...desk, mode: { name: 'close', id } } };
    case 'n':
      if (row.notices.length === 0) return { desk: told(desk, 'Nothing unread about it; N marks everything read.') };
      return { desk, deed: { name: 'read', ids: row.notices.map((notice) => notice.id) } };
    default:
      return { desk };
  }
}

const told = (desk: Desk, text: string, failed = false): Desk => ({ ...desk, note: { text, failed } });

function toRespond(desk: Desk, { session, blocked }: Row): Desk {
  if (!blocked) return told(desk, 'It asks nothing.');
  const { interactionId, options } = blocked;
  if (interactionId === null || options.length === 0)
    return told(desk, 'Its screen does not tell how to answer: Enter attaches to it.');
  return { ...desk, mode: { name: 'respond', id: session.id, interactionId, blocked } };
}

function pressInFilter(desk: Desk, key: Key): Step {
  if (key.name === 'enter') return { desk: inList(desk) };
  if (key.name === 'escape') return { desk: { ...inList(desk), filter: '' } };
  return { desk: { ...desk, filter: typed(desk.filter, key).replace(/\s+/g, ' ') } };
}

function pressInSend(desk: Desk, mode: Extract<Mode, { name: 'send' }>, key: Key): Step {
  if (key.name === 'escape') return { desk: inList(desk) };
  if (key.name !== 'enter') return { desk: { ...desk, mode: { ...mode, text: typed(mode.text, key) } } };
  if (mode.text.trim() === '') return { desk: inList(desk) };
  return { desk: inList(desk), deed: { name: 'send', id: mode.id, text: mode.text } };
}

/** The text after a key; a line feed in what was pasted stays one. */
function typed(text: string, key: Key): string {
  if (key.name === 'text') return text + key.text;
  if (key.name === 'paste')
    return text + key.text.replace(/\r\n?/g, '\n').replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '');
  if (key.name === 'backspace') return [...text].slice(0, -1).join('');
  return key.name === 'clear' ? '' : text;
}

function pressInRespond(desk: Desk, mode: Extract<Mode, { name: 'respond' }>, key: Key): Step {
  if (key.name === 'escape' || (key.name === 'text' && key.text === 'q')) return { desk: inList(desk) };
  if (key.name !== 'text' || !/^[1-9]$/.test(key.text)) return { desk };
  const option = mode.blocked.options[Number(key.text) - 1];
  if (!option) return { desk };
  const { id, interactionId } = mode;
  return { desk: inList(desk), deed: { name: 'respond', id, interactionId, optionId: option.id } };
}

function pressInClose(desk: Desk, { id }: { readonly id: string }, key: Key): Step {
  const yes = key.name === 'text' && /^y$/i.test(key.text);
  return yes ? { desk: inList(desk), deed: { name: 'close', id } } : { desk: inList(desk) };
}
