/** The escape sequences that give a terminal back as it was found, whatever a program did to it. */

const off = (...modes: number[]) => modes.map((mode) => `\x1b[?${mode}l`).join('');

/** Kitty keyboard: all pushed flags away, then none; the main and the alternate screen keep their own. */
const KEYBOARD = '\x1b[<99u\x1b[=0u\x1b[>4m';

/**
 * Ends every mode a program may have left: an unfinished sequence, the alternate screen, scroll region, mouse,
 * focus events, bracketed paste, application keys, kitty keyboard, hidden or strange cursor, colours, character set.
 * The cursor stays where it is: it is saved before each step that would move it.
 */
export const RESTORE = [
  '\x1b\\',
  KEYBOARD,
  // Leaving the alternate screen restores a saved cursor even where none was entered, in tmux that of the last time: enter
  // it, which saves the cursor, and does nothing for who is there.
  `\x1b[?1049h${off(1049)}`,
  KEYBOARD,
  '\x1b7\x1b[r\x1b8',
  '\x1b[!p',
  off(9, 1000, 1001, 1002, 1003, 1005, 1006, 1015, 1016, 1004, 2004, 2026, 2031, 2048, 1, 66),
  '\x1b[4l\x1b[?7h\x1b[?25h\x1b[0 q',
  '\x1b>\x1b[0m\x1b(B\x0f\x1b]8;;\x1b\\',
].join('');

/**
 * An empty screen in its first state, for a snapshot to be drawn on. Erased upwards: erasing all of it makes some
 * terminals, tmux too, keep a copy in their history.
 */
export const FRESH = `${RESTORE}\x1b[9999;1H\x1b[1J\x1b[2K\x1b[H`;

/** As `FRESH`, with what stood on the screen moved into the terminal's own history first. */
export function freshKeeping(rows: number): string {
  return `\x1b[${rows};1H${'\n'.repeat(rows)}${FRESH}`;
}
