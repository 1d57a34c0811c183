/** Turns a capture into the bytes that draw it in an empty terminal. */
import type { Capture, Modes } from '../backend/index.js';

/**
 * Bytes for a fresh (or reset) terminal of the captured size: history, screen, modes, cursor. Modes tmux does not tell
 * of in a capture (bracketed paste, focus reports) are not restored; a program that repaints sets them again.
 */
export function drawSnapshot({ modes, history, screen, hidden }: Capture): Buffer {
  const shown = modes.alternate
    ? [text(hidden), cursorTo(modes.savedX, modes.savedY), '\x1b[?1049h\x1b[H', text(screen)]
    : [text(screen)];
  const above = history.length > 0 ? [lines(history), '\x1b[0m'] : [];
  return Buffer.concat([...above, ...shown, '\x1b[0m', setModes(modes)].map((part) => Buffer.from(part as string)));
}

/** Lines with a carriage return each, as a terminal wants them; one that wraps on has no end of its own. */
function lines(captured: Buffer): Buffer {
  return Buffer.from(captured.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
}

/** A screen's lines without the last end, which would scroll it. */
function text(captured: Buffer): Buffer {
  const drawn = lines(captured);
  return drawn.subarray(0, drawn.length - (drawn.toString('latin1').endsWith('\r\n') ? 2 : 0));
}

function setModes(m: Modes): string {
  const on = [
    !m.wrap && '\x1b[?7l',
    m.insert && '\x1b[4h',
    m.keypad && '\x1b=',
    m.keypadCursor && '\x1b[?1h',
    m.mouseStandard && '\x1b[?1000h',
    m.mouseButton && '\x1b[?1002h',
    m.mouseAny && '\x1b[?1003h',
    m.mouseUtf8 && '\x1b[?1005h',
    m.mouseSgr && '\x1b[?1006h',
    !m.cursorShown && '\x1b[?25l',
  ];
  const region = m.scrollTop > 0 || m.scrollBottom < m.rows - 1 ? `\x1b[${m.scrollTop + 1};${m.scrollBottom + 1}r` : '';
  // Setting the region or origin mode moves the cursor, so the cursor comes last; under origin mode rows count from the region.
  const origin = m.origin ? '\x1b[?6h' : '';
  const row = m.origin ? m.cursorY - m.scrollTop : m.cursorY;
  return on.filter(Boolean).join('') + region + origin + cursorTo(m.cursorX, row);
}

/** tmux counts from 0, and says 4294967295 for a cursor it never saved. */
function cursorTo(x: number, y: number): string {
  return x > 100_000 || y > 100_000 ? '' : `\x1b[${y + 1};${x + 1}H`;
}
