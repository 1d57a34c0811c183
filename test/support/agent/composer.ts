/** What stands in a prompt box: what was typed, and pastes that are only named. */

export interface Composer {
  /** As the screen shows it. */
  readonly shown: string;
  /** As it would be submitted. */
  readonly text: string;
  type(text: string): void;
  /** `named` puts the words `[Pasted text #1 +m lines]` for what is long. */
  paste(text: string, named: boolean): void;
  erase(): void;
  clear(): void;
}

/** Above either of these a paste is long. */
const LINES = 3;
const CHARACTERS = 800;

export function createComposer(): Composer {
  let parts: { readonly shown: string; readonly text: string }[] = [];
  let pastes = 0;
  const add = (shown: string, text = shown) => void parts.push({ shown, text });
  return {
    get shown() {
      return parts.map((part) => part.shown).join('');
    },
    get text() {
      return parts.map((part) => part.text).join('');
    },
    type: (text) => add(text),
    paste(text, named) {
      const breaks = text.split('\n').length - 1;
      const long = breaks >= LINES || text.length > CHARACTERS;
      if (named && long) add(`[Pasted text #${++pastes}${breaks > 0 ? ` +${breaks} lines` : ''}]`, text);
      else add(text);
    },
    erase() {
      const last = parts.pop();
      if (last && last.shown === last.text) add([...last.text].slice(0, -1).join(''));
    },
    clear() {
      parts = [];
    },
  };
}
