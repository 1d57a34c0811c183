/** Cuts a control connection's bytes into lines, and lines into what they say. */
import { unescapeOutput } from './escapes.js';

export interface ControlEvents {
  /** Bytes a pane printed. `data` is only valid until the listener returns: copy to keep. */
  output(pane: number, data: Buffer): void;
  /** tmux dropped output of this pane, because we read too slowly; it sends no more until continued. */
  paused(pane: number): void;
  /** A window is no more, in whichever session it was. */
  windowClosed(window: number): void;
  /** `%begin`, with the rest of its line: the guard that must come back on `%end` or `%error`. */
  begin(guard: string): void;
  /** A line that is no notification while no reply is open, or one tmux added in a later version. */
  other(line: string): void;
  /** The connection ends; tmux may say why. */
  exit(reason: string): void;
}

const NEWLINE = 0x0a;
const OUTPUT = Buffer.from('%output %');
/** What output is called once the connection asked for `pause-after`; an age in ms precedes the bytes. */
const EXTENDED = Buffer.from('%extended-output %');
const COLON_SPACE = Buffer.from(' : ');

/** A decoder of the control stream. While `inReply` answers true, every line goes to it instead. */
export function createLines(events: ControlEvents, inReply: (line: Buffer) => boolean) {
  let rest: Buffer = Buffer.alloc(0);
  let scratch = Buffer.allocUnsafe(64 * 1024);

  const line = (source: Buffer, from: number, to: number) => {
    if (inReply(source.subarray(from, to))) return;
    if (startsWith(source, from, to, OUTPUT)) return output(source, from + OUTPUT.length, to, false);
    if (startsWith(source, from, to, EXTENDED)) return output(source, from + EXTENDED.length, to, true);
    notification(source.toString('utf8', from, to), events);
  };

  const output = (source: Buffer, from: number, to: number, extended: boolean) => {
    let pane = 0;
    let at = from;
    for (; source[at]! >= 0x30 && source[at]! <= 0x39; at++) pane = pane * 10 + source[at]! - 0x30;
    const start = extended ? source.indexOf(COLON_SPACE, at) + COLON_SPACE.length : at + 1;
    if (scratch.length < to - start) scratch = Buffer.allocUnsafe(to - start);
    events.output(pane, scratch.subarray(0, unescapeOutput(source, start, to, scratch)));
  };

  return (chunk: Buffer) => {
    const source = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    // A search for the newline need not look again at bytes that had none before.
    let newline = source.indexOf(NEWLINE, rest.length);
    let from = 0;
    for (; newline !== -1; newline = source.indexOf(NEWLINE, from)) {
      line(source, from, newline);
      from = newline + 1;
    }
    rest = source.subarray(from);
  };
}

function startsWith(source: Buffer, from: number, to: number, prefix: Buffer): boolean {
  return (
    source[from + 1] === prefix[1] &&
    to - from >= prefix.length &&
    source.compare(prefix, 0, prefix.length, from, from + prefix.length) === 0
  );
}

function notification(text: string, events: ControlEvents): void {
  const [name = '', argument = ''] = text.split(' ', 2);
  switch (name) {
    case '%begin':
      events.begin(text.slice('%begin '.length));
      break;
    case '%pause':
      events.paused(Number(argument.slice(1)));
      break;
    case '%window-close':
    case '%unlinked-window-close':
      events.windowClosed(Number(argument.slice(1)));
      break;
    case '%exit':
      events.exit(text.slice('%exit '.length));
      break;
    default:
      events.other(text);
      break;
  }
}
