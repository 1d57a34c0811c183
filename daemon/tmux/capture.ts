/** Reads a pane's screen, its history and its modes in one step of tmux, and tells where in the output that step was. */
import type { Capture, CaptureOptions, Modes } from '../backend/index.js';
import { type MarkName, type Marks, markNames } from '../backend/marks.js';
import { unescapeOutput } from './escapes.js';
import { optionOf } from './marks.js';
import type { TmuxProcess } from './process.js';

/** What tmux calls the numbers it keeps about a pane. */
const formats: Record<Exclude<keyof Modes, MarkName>, string> = {
  cursorX: 'cursor_x',
  cursorY: 'cursor_y',
  alternate: 'alternate_on',
  cursorShown: 'cursor_flag',
  wrap: 'wrap_flag',
  insert: 'insert_flag',
  keypad: 'keypad_flag',
  keypadCursor: 'keypad_cursor_flag',
  origin: 'origin_flag',
  mouseStandard: 'mouse_standard_flag',
  mouseButton: 'mouse_button_flag',
  mouseAny: 'mouse_all_flag',
  mouseUtf8: 'mouse_utf8_flag',
  mouseSgr: 'mouse_sgr_flag',
  scrollTop: 'scroll_region_upper',
  scrollBottom: 'scroll_region_lower',
  cols: 'pane_width',
  rows: 'pane_height',
  history: 'history_size',
  dead: 'pane_dead',
  savedX: 'alternate_saved_x',
  savedY: 'alternate_saved_y',
};

type Via = Pick<TmuxProcess, 'run' | 'bufferText'> & {
  /** What the pane's output told of its marks before the capture. */
  marks(pane: number): Marks;
};

/** Throws TmuxError when the pane is no more, or shows no alternate screen though `alternate` was asked for. */
export async function capture(via: Via, pane: number, options: CaptureOptions): Promise<Capture> {
  const { alternate, cursorRow } = options;
  const parts: Parts = {
    screen: ['-J', '-S', '0'],
    history: ['-J', '-S', `-${Math.max(options.history, 1)}`, '-E', '-1'],
    ...(alternate && { hidden: ['-J', '-a'] }),
    ...(cursorRow !== undefined && { cursorRow: ['-N', '-S', `${cursorRow}`, '-E', `${cursorRow}`] }),
  };
  const { modes, tabs, texts, pending } = await captureParts(via, pane, parts, options);
  // Without history tmux answers the range above the screen with the screen's first line.
  const hasHistory = modes.history > 0 && options.history > 0;
  const { screen = NOTHING, history = NOTHING, hidden = NOTHING, cursorRow: row = NOTHING } = texts;
  return { modes, tabs, screen, history: hasHistory ? history : NOTHING, hidden, cursorRow: row, pending };
}

/** What of the pane's text to capture, in the words of `capture-pane`. */
type Parts = { readonly [name in 'screen' | 'history' | 'hidden' | 'cursorRow']?: readonly string[] };

const NOTHING = Buffer.alloc(0);

/** Replies per part: fill, capture, size, text, delete. The text ends by its size, since a program may print what it likes. */
const STEP = 5;
/** Of nothing tmux makes no buffer, and then this is still in it; no row is so short and without an end. */
const EMPTY = 'empty';

async function captureParts(
  { run, bufferText, marks: marksOf }: Via,
  pane: number,
  parts: Parts,
  options: CaptureOptions,
) {
  const target = `%${pane}`;
  const style = options.styled ? ['-e'] : [];
  const ranges = Object.values(parts);
  const commands = [
    ['display-message', '-p', '-t', target, modesFormat],
    ...ranges.flatMap((range) => [
      ['set-buffer', '-b', BUFFER, EMPTY],
      // Through a buffer: tmux 3.3 keeps a copy for ever of what `-p` prints on a control connection.
      ['capture-pane', ...style, ...range, '-b', BUFFER, '-t', target],
      ['list-buffers', '-F', '#{buffer_size}', '-f', `#{==:#{buffer_name},${BUFFER}}`],
      ['show-buffer', '-b', BUFFER],
      ['delete-buffer', '-b', BUFFER],
    ]),
    // With `-p` all the same: there is no buffer of nothing. It is short, and `-C` leaves no line end in it.
    ...(options.pending ? [['capture-pane', '-p', '-P', '-C', '-t', target]] : []),
    ...(options.resume ? [['refresh-client', '-A', `${target}:continue`]] : []),
  ];
  let marks: Marks = {};
  const replies = await run(commands, {
    begun() {
      marks = { ...marksOf(pane) };
      options.begun?.();
    },
    complete: (index, before, body) =>
      index % STEP !== 4 || index > ranges.length * STEP || bufferText(body).length >= Number(before[index - 1]),
  });
  const textOf = (shown: Buffer) => (shown.toString('latin1') === EMPTY ? NOTHING : bufferText(shown));
  const texts = Object.keys(parts).map((name, at) => [name, textOf(replies[at * STEP + 4]!)]);
  return {
    ...parseModes(replies[0]!.toString(), marks),
    texts: Object.fromEntries(texts) as { [name in keyof Parts]?: Buffer },
    pending: options.pending ? pendingText(replies[ranges.length * STEP + 1]!) : NOTHING,
  };
}

const BUFFER = 'rdv-capture';
const names = Object.keys(formats) as (keyof typeof formats)[];
/** Later versions of tmux tell of this mark themselves; the others expand it to nothing. */
const PASTE = 'bracket_paste_flag';
const modesFormat = [...names.map((name) => formats[name]), 'pane_tabs', PASTE, ...markNames.map(optionOf)]
  .map((name) => `#{${name}}`)
  .join(' ');

/** A mark is what the output said, else what an earlier life of ours wrote down. */
function parseModes(text: string, marks: Marks) {
  const values = text.split(' ');
  const told = Object.fromEntries(names.map((name) => [name, Number(values.shift()) || 0]));
  const tabs = values.shift()!.split(',').filter(Boolean).map(Number);
  const paste = values.shift();
  const marked = markNames.map((name, at) => [name, marks[name] ?? (Number(values[at]) || 0)]);
  const modes = { ...told, ...Object.fromEntries(marked), ...(paste && { bracketedPaste: Number(paste) }) };
  return { modes: modes as unknown as Modes, tabs };
}

function pendingText(escaped: Buffer): Buffer {
  const into = Buffer.allocUnsafe(escaped.length);
  return into.subarray(0, unescapeOutput(escaped, 0, escaped.length, into));
}
