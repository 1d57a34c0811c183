/** What stands in a prompt box: what was typed, and pastes that are only named. */
import type { Plays } from './talk.js';

export interface Composer {
  /** As the screen shows it. */
  readonly shown: string;
  /** As it would be submitted. */
  readonly text: string;
  type(text: string): void;
  /** `named` puts the agent's words for it, such as `[Pasted text #1 +m lines]`, where what is pasted is long. */
  paste(text: string, named: boolean): void;
  erase(): void;
  clear(): void;
}

/** Above either of these a paste is long. */
const LINES = 3;
const CHARACTERS = 800;

const words: Readonly<Record<Plays, (count: number, breaks: number, text: string) => string>> = {
  claude: (count, breaks) => `[Pasted text #${count}${breaks > 0 ? ` +${breaks} lines` : ''}]`,
  codex: (_count, _breaks, text) => `[Pasted Content ${text.length} chars]`,
  gemini: (_count, breaks, text) => `[Pasted Text: ${breaks > 0 ? `${breaks + 1} lines` : `${text.length} chars`}]`,
  opencode: (_count, breaks) => `[Pasted ~${breaks + 1} lines]`,
};

export function createComposer(plays: Plays): Composer {
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
      if (named && long) add(words[plays](++pastes, breaks, text), text);
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
