/** Turns a capture into the bytes that draw it in an empty terminal. */
import type { Capture, Modes } from '../backend/index.js';
import { penAfter } from './pen.js';

/** What the stream knows of the cut and no capture tells. */
export interface Hand {
  /** Sets the colours and attributes of what is printed next. */
  readonly pen: string;
  /** The beginning of an escape sequence or a character, which the next bytes complete. */
  readonly unfinished: Buffer;
}

/**
 * Bytes for a fresh (or reset) terminal of the captured size: history, screen, cursor, modes, pen, and what is unfinished.
 * What no backend tells is left out: the saved cursor, links, changed palettes, and a background beyond the text of a line.
 */
export function drawSnapshot(captured: Capture, { pen, unfinished }: Hand): Buffer {
  const { modes, history, screen, hidden } = captured;
  const shown = modes.alternate
    ? [text(hidden), cursorTo(modes.savedX, modes.savedY), RESET, '\x1b[?1049h\x1b[H', text(screen)]
    : [text(screen)];
  const above = history.length > 0 ? [lines(history), RESET] : [];
  // A capture shifts to G1 where lines are drawn, however the program drew them.
  const shifts = [history, screen, hidden].some((part) => part.includes(SHIFT_OUT));
  const drawn = shifts ? [LINES_IN_G1, ...above, ...shown] : [...above, ...shown];
  const placed = [RESET, tabStops(captured), ...placeCursor(captured), shifts && !modes.lineG1 ? TEXT_IN_G1 : ''];
  const parts = [...drawn, ...placed, setModes(modes), pen];
  return Buffer.concat([...parts.map((part) => Buffer.from(part as string)), unfinished]);
}

const PLAIN = '\x1b[0m';
const RESET = `${PLAIN}\x0f`;
const SHIFT_OUT = 0x0e;
const LINES_IN_G1 = '\x1b)0';
const TEXT_IN_G1 = '\x1b)B';

/**
 * Lines with a carriage return each, as a terminal wants them; one that wraps on has no end of its own. tmux lets a
 * line begin with the pen of the one before, but a terminal that scrolls fills the new line with that pen's background.
 */
function lines(captured: Buffer): Buffer {
  let pen = PLAIN;
  const drawn = captured
    .toString('latin1')
    .split('\n')
    .map((line) => {
      if (line === '') return line;
      const begun = pen === PLAIN ? line : pen + line;
      if (line.includes('\x1b')) pen = penAfter(Buffer.from(begun, 'latin1')).text;
      return pen === PLAIN ? begun : begun + PLAIN;
    });
  return Buffer.from(drawn.join('\r\n'), 'latin1');
}

/** A screen's lines without the last end, which would scroll it. */
function text(captured: Buffer): Buffer {
  return lines(captured.subarray(0, captured.length - (captured.at(-1) === NEWLINE ? 1 : 0)));
}

const NEWLINE = 0x0a;

/** Terminals have a stop every eight columns unless told otherwise. */
function tabStops({ tabs, modes }: Capture): string {
  const usual = Array.from({ length: Math.ceil(modes.cols / 8) - 1 }, (_, at) => (at + 1) * 8);
  if (!tabs || tabs.join() === usual.join()) return '';
  return `\x1b[3g${tabs.map((column) => `\x1b[${column + 1}G\x1bH`).join('')}`;
}

/** Setting the region or origin mode moves the cursor, so it comes after them; under origin mode rows count from the region. */
function placeCursor({ modes: m, cursorRow }: Capture): (string | Buffer)[] {
  const region = m.scrollTop > 0 || m.scrollBottom < m.rows - 1 ? `\x1b[${m.scrollTop + 1};${m.scrollBottom + 1}r` : '';
  const origin = m.origin ? '\x1b[?6h' : '';
  const row = m.origin ? m.cursorY - m.scrollTop : m.cursorY;
  // Only a character in the last column makes a cursor wait behind it: its row is drawn once more.
  const waits = m.cursorX >= m.cols && cursorRow.length > 0;
  const place = waits ? [cursorTo(0, row), text(cursorRow), RESET] : [cursorTo(m.cursorX, row)];
  return [region, origin, ...place];
}

/** After all text and moves: some of these change how text is taken. */
function setModes(m: Modes): string {
  const on = [
    !m.wrap && '\x1b[?7l',
    m.insert && '\x1b[4h',
    m.keypad && '\x1b=',
    m.keypadCursor && '\x1b[?1h',
    m.mouseX10 && '\x1b[?9h',
    m.mouseStandard && '\x1b[?1000h',
    m.mouseButton && '\x1b[?1002h',
    m.mouseAny && '\x1b[?1003h',
    m.mouseUtf8 && '\x1b[?1005h',
    m.mouseSgr && '\x1b[?1006h',
    m.focusEvents && '\x1b[?1004h',
    m.bracketedPaste && '\x1b[?2004h',
    m.reverseWrap && '\x1b[?45h',
    !m.cursorShown && '\x1b[?25l',
    m.cursorShape && `\x1b[${m.cursorShape} q`,
    m.lineG0 && '\x1b(0',
    m.lineG1 && '\x1b)0',
    m.shifted && '\x0e',
  ];
  return on.filter(Boolean).join('');
}

/** tmux counts from 0, and says 4294967295 for a cursor it never saved. */
function cursorTo(x: number, y: number): string {
  return x > 100_000 || y > 100_000 ? '' : `\x1b[${y + 1};${x + 1}H`;
}
