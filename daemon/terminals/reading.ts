/** The methods that read a terminal as text: read and search. */
import type { Result, readingMethods } from '#protocol';
import type { Backend } from '../backend/index.js';
import type { Handlers } from '../rpc/handlers.js';
import { compilePattern, matchesIn, type Pattern } from '../sessions/pattern.js';
import { type Places, windowOf } from '../sessions/places.js';
import type { SessionStore } from '../sessions/store.js';
import { plainText } from '../sessions/text.js';
import { readTerminal } from './read.js';
import type { Terminals } from './terminals.js';

export interface ReadingDeps {
  readonly store: SessionStore;
  readonly places: Places;
  readonly terminals: Pick<Terminals, 'stream'>;
  readonly backend: Pick<Backend, 'capture'>;
}

export function readingHandlers({ store, places, terminals, backend }: ReadingDeps): Handlers<typeof readingMethods> {
  return {
    'terminal/read'(wanted, { user }) {
      const pane = windowOf(places, store.get(user, wanted.sessionId)).pane;
      return readTerminal({ backend, pane, stream: terminals.stream(pane) }, wanted);
    },

    async 'terminal/search'(wanted, { user, signal }) {
      const pattern = compilePattern(wanted.pattern, wanted.ignoreCase);
      const pane = windowOf(places, store.get(user, wanted.sessionId)).pane;
      const captured = await backend.capture(pane, { history: wanted.maxLines, styled: false });
      const lines = plainText(captured).split('\n').slice(-wanted.maxLines);
      const until = performance.now() + wanted.timeoutMs;
      const over = () => signal.aborted || performance.now() >= until;
      return search(lines, pattern, wanted.maxMatches, over);
    },
  };
}

/** Characters of a line that are answered, around its first match. */
const SHOWN_CHARS = 1000;

async function search(
  lines: readonly string[],
  pattern: Pattern,
  maxMatches: number,
  over: () => boolean,
): Promise<Result<'terminal/search'>> {
  const matches: Result<'terminal/search'>['matches'] = [];
  let complete = true;
  for await (const { index, text, start, end } of matchesIn(lines, pattern, over)) {
    if (matches.length === maxMatches) {
      complete = false;
      break;
    }
    const from = end <= SHOWN_CHARS ? 0 : start;
    const shown = text.slice(from, from + SHOWN_CHARS);
    matches.push({
      line: lines.length - 1 - index,
      text: shown,
      start: start - from,
      end: Math.min(end - from, shown.length),
    });
  }
  return { matches: matches.reverse(), searchedLines: lines.length, complete: complete && !over() };
}
