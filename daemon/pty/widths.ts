/** How many cells a character takes: as the screen model has it, but emoji take two, as in tmux and in most terminals. */
import type { IUnicodeVersionProvider, Terminal } from '@xterm/headless';

const NAME = 'rdv';
/** Below it nothing is an emoji that is drawn as one by itself. */
const FIRST = 0x231a;
const LAST = 0x1faff;
/** Letters of flags: narrow one by one. */
const FLAGS = { first: 0x1f1e6, last: 0x1f1ff };

const isEmoji = (point: number): boolean =>
  (point < FLAGS.first || point > FLAGS.last) && /^\p{Emoji_Presentation}$/u.test(String.fromCodePoint(point));

/** One flag for each character from FIRST to LAST. */
const emoji = Uint8Array.from({ length: LAST - FIRST + 1 }, (_, at) => Number(isEmoji(FIRST + at)));

/** Makes a terminal count so. */
export function useWidths(terminal: Terminal): void {
  const known = providerOf(terminal);
  terminal.unicode.register({
    version: NAME,
    wcwidth: (point) => (emoji[point - FIRST] ? 2 : known.wcwidth(point)),
    charProperties: (point, preceding) => (emoji[point - FIRST] ? WIDE : known.charProperties(point, preceding)),
  });
  terminal.unicode.activeVersion = NAME;
}

/** A character of two cells that joins nothing, in the model's own packing. */
const WIDE = 2 << 1;

/** The one it comes with, which its public interface does not give out. */
function providerOf(terminal: Terminal): IUnicodeVersionProvider {
  const { _core } = terminal as unknown as {
    _core: { unicodeService: { _activeProvider: IUnicodeVersionProvider } };
  };
  return _core.unicodeService._activeProvider;
}
