/** Keys as they are typed, read from the bytes of a terminal. */
import { StringDecoder } from 'node:string_decoder';

export type Key =
  /** A character as it was typed. */
  | { readonly name: 'text'; readonly text: string }
  /** What was pasted, as it stands, not typed. */
  | { readonly name: 'paste'; readonly text: string }
  | { readonly name: Named };

type Named =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'pageUp'
  | 'pageDown'
  | 'home'
  | 'end'
  | 'enter'
  | 'escape'
  | 'backspace'
  | 'clear'
  | 'interrupt'
  | 'redraw';

export interface KeyReader {
  read(chunk: Uint8Array): Key[];
  /** An Escape, or a part of a sequence, has come and what belongs to it has not. */
  readonly waiting: boolean;
  /** Nothing more belongs to it: what waits is taken as it is. */
  flush(): Key[];
}

const sequences: Readonly<Record<string, Named>> = {
  ...{ A: 'up', B: 'down', C: 'right', D: 'left', H: 'home', F: 'end' },
  ...{ '1~': 'home', '4~': 'end', '5~': 'pageUp', '6~': 'pageDown', '7~': 'home', '8~': 'end' },
};

const controls: Readonly<Record<string, Named>> = {
  ...{ '\r': 'enter', '\n': 'enter', '\x7f': 'backspace', '\b': 'backspace', '\x03': 'interrupt', '\x04': 'interrupt' },
  ...{ '\x15': 'clear', '\x0c': 'redraw', '\x10': 'up', '\x0e': 'down' },
};

const PASTE = '\x1b[200~';
const PASTED = '\x1b[201~';
/** A paste that does not end, and then? It is cut there. */
const PASTE_LENGTH = 1024 * 1024;

export function createKeyReader(): KeyReader {
  const decoder = new StringDecoder('utf8');
  let held = '';
  let pasted: string | undefined;

  const take = (final: boolean): Key[] => {
    const keys: Key[] = [];
    while (held) {
      if (pasted !== undefined) {
        const end = held.indexOf(PASTED);
        // The end mark may be cut in two.
        const upTo = end >= 0 ? end : final ? held.length : Math.max(0, held.length - PASTED.length + 1);
        pasted = (pasted + held.slice(0, upTo)).slice(0, PASTE_LENGTH);
        held = held.slice(end >= 0 ? end + PASTED.length : upTo);
        if (end < 0) return keys;
        keys.push({ name: 'paste', text: pasted });
        pasted = undefined;
      } else if (held.startsWith(PASTE)) {
        pasted = '';
        held = held.slice(PASTE.length);
      } else {
        const length = lengthOf(held, final);
        if (length === 0) break;
        keys.push(...keyOf(held.slice(0, length)));
        held = held.slice(length);
      }
    }
    return keys;
  };
  return {
    read(chunk) {
      held += decoder.write(Buffer.from(chunk));
      return take(false);
    },
    get waiting() {
      return held !== '' && pasted === undefined;
    },
    flush: () => take(true),
  };
}

/** Of the first key; 0 while a part of it is missing. */
function lengthOf(text: string, final: boolean): number {
  if (!text.startsWith('\x1b')) return String.fromCodePoint(text.codePointAt(0)!).length;
  const whole = /^\x1b(?:\[[0-?]*[ -/]*[@-~]|O[A-Za-z]|[^[O])/u.exec(text)?.[0];
  if (whole) return whole.length;
  return final ? text.length : 0;
}

function keyOf(text: string): Key[] {
  if (text === '\x1b' || text === '\x1b\x1b') return [{ name: 'escape' }];
  if (text.startsWith('\x1b')) {
    // With a modifier the same key: Ctrl and an arrow, for instance.
    const name = sequences[text.slice(2).replace(/^1;\d+(?=[A-Z])/, '')];
    return name && /^\x1b[[O]/.test(text) ? [{ name }] : [];
  }
  const name = Object.hasOwn(controls, text) ? controls[text] : undefined;
  if (name) return [{ name }];
  return /^[\x00-\x1f\x80-\x9f]$/.test(text) ? [] : [{ name: 'text', text }];
}
