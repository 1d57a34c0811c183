/** Reads a pane's screen, its history and its modes in one step of tmux, and tells where in the output that step was. */
import type { Capture, CaptureOptions, Modes } from '../backend/index.js';
import type { TmuxProcess } from './process.js';

/** What tmux calls the numbers it keeps about a pane. */
const formats: Record<keyof Modes, string> = {
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

type Via = Pick<TmuxProcess, 'run' | 'bufferText'>;

/** Throws TmuxError when the pane is no more, or shows no alternate screen though `alternate` was asked for. */
export async function capture(via: Via, pane: number, options: CaptureOptions): Promise<Capture> {
  const parts = [
    SCREEN,
    ['-S', `-${Math.max(options.history, 1)}`, '-E', '-1'],
    ...(options.alternate ? [HIDDEN] : []),
  ];
  const { modes, parts: texts } = await captureParts(via, pane, parts, options);
  // Without history tmux answers the range above the screen with the screen's first line.
  const hasHistory = modes.history > 0 && options.history > 0;
  return { modes, screen: texts[0]!, history: hasHistory ? texts[1]! : NOTHING, hidden: texts[2] ?? NOTHING };
}

const SCREEN = ['-S', '0'];
const HIDDEN = ['-a'];
const NOTHING = Buffer.alloc(0);

/** Replies per part: capture, size, text, delete. The text ends by its size, since a program may print what it likes. */
const STEP = 4;

async function captureParts(
  { run, bufferText }: Via,
  pane: number,
  parts: readonly (readonly string[])[],
  options: CaptureOptions,
) {
  const target = `%${pane}`;
  const style = options.styled ? ['-e'] : [];
  const commands = [
    ['display-message', '-p', '-t', target, modesFormat],
    ...parts.flatMap((range) => [
      // Through a buffer: tmux 3.3 keeps a copy for ever of what `-p` prints on a control connection.
      ['capture-pane', '-J', ...style, ...range, '-b', BUFFER, '-t', target],
      ['list-buffers', '-F', '#{buffer_size}', '-f', `#{==:#{buffer_name},${BUFFER}}`],
      ['show-buffer', '-b', BUFFER],
      ['delete-buffer', '-b', BUFFER],
    ]),
    ...(options.resume ? [['refresh-client', '-A', `${target}:continue`]] : []),
  ];
  const replies = await run(commands, {
    ...(options.begun && { begun: options.begun }),
    complete: (index, before, body) =>
      index % STEP !== 3 || index > parts.length * STEP || bufferText(body).length >= Number(before[index - 1]),
  });
  return {
    modes: parseModes(replies[0]!.toString()),
    parts: parts.map((_, at) => bufferText(replies[at * STEP + 3]!)),
  };
}

const BUFFER = 'rdv-capture';
const names = Object.keys(formats) as (keyof Modes)[];
const modesFormat = names.map((name) => `#{${formats[name]}}`).join(',');

function parseModes(text: string): Modes {
  const values = text.split(',');
  return Object.fromEntries(names.map((name, at) => [name, Number(values[at] || 0)])) as unknown as Modes;
}
