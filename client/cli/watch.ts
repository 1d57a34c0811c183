/** `rdv watch`: all sessions and their agents on one screen, as they change; keys act on the selected one. */
import { hasTerminal } from './attach.js';
import { createBoard } from './board.js';
import { createCanvas, ENTER } from './canvas.js';
import type { Context } from './context.js';
import { failure } from './fail.js';
import { createKeyReader, type Key } from './keypress.js';
import { createPainter } from './painter.js';
import { takeTerminal } from './rawmode.js';
import { createDoing } from './watch-deeds.js';
import { keepFeed } from './watch-feed.js';
import { printChanges } from './watch-lines.js';

export interface WatchFlags {
  readonly jsonl?: boolean;
}

/** Until the person leaves. Throws what the first connection throws, and later what waiting cannot change. */
export async function watch(context: Context, { jsonl }: WatchFlags): Promise<void> {
  if (jsonl || context.output.json) return printChanges(context);
  if (!hasTerminal())
    throw failure(
      'InvalidParams',
      'watch needs a terminal on both sides.',
      'Add --jsonl for a line at each change; `rdv agent list` prints how things stand.',
    );
  // It takes a moment to load, which no other command should wait for.
  const { default: width } = await import('string-width');
  const stage = createStage(context, () => {
    const frame = board.frame({ ...sizeNow(), now: Date.now(), width, unicode });
    stage.show(frame);
    return frame.nextMs;
  });
  const unicode = hasUnicode(process.env);
  const board = createBoard(stage.soon);
  const feed = keepFeed(context, board.feed);
  const doing = createDoing(context, board, stage, feed);
  try {
    await Promise.race([board.ready, feed.over]);
    stage.enter((key) => {
      const deed = board.press(key);
      if (deed) doing.begin(deed);
    });
    await Promise.race([stage.left, doing.over, feed.over]);
  } finally {
    feed.close();
    stage.leave();
  }
}

const sizeNow = () => ({ cols: process.stdout.columns || 80, height: process.stdout.rows || 24 });

/** Whether symbols beyond ASCII can be shown. */
function hasUnicode({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv): boolean {
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '');
}

export type Stage = ReturnType<typeof createStage>;

/** The terminal while the dashboard has it. */
function createStage({ output, flags }: Context, draw: () => number | undefined) {
  const { stdin, stdout } = process;
  const canvas = createCanvas(output.colors);
  const painter = createPainter(draw);
  const keys = createKeys();
  let end = () => {};
  const left = new Promise<void>((resolve) => (end = resolve));
  let restore: (() => void) | undefined;
  let take: (key: Key) => void = () => {};
  const stage = {
    /** Settles at `end`, and when there will be no more keys. */
    left,
    end: () => end(),
    /** Draws, if the dashboard is shown. */
    soon() {
      if (restore) painter.soon();
    },
    show: (frame: Parameters<typeof canvas.draw>[0]) => void stdout.write(canvas.draw(frame)),
    redraw() {
      canvas.forget();
      stage.soon();
    },
    /** Takes the terminal; `onKey` is that of the first time when it is not given. */
    enter(onKey = take) {
      take = onKey;
      restore = takeTerminal((signal) => `[the dashboard is left: ${signal}]`, flags.debug === true, true).restore;
      stdout.write(ENTER);
      stdout.on('resize', stage.redraw);
      stdin.once('end', end);
      keys.start(take);
      stage.redraw();
    },
    /** Gives the terminal back; twice is harmless. */
    leave() {
      painter.stop();
      keys.stop();
      stdout.off('resize', stage.redraw);
      stdin.off('end', end);
      restore?.();
      restore = undefined;
    },
  };
  return stage;
}

/** What belongs to an Escape comes at once, or does not. */
const ESCAPE_MS = 30;

function createKeys() {
  const { stdin } = process;
  const reader = createKeyReader();
  let take: (key: Key) => void = () => {};
  let timer: NodeJS.Timeout | undefined;
  const hear = (keys: readonly Key[]) => {
    for (const key of keys) take(key);
  };
  const onData = (chunk: Buffer) => {
    clearTimeout(timer);
    hear(reader.read(chunk));
    if (reader.waiting) timer = setTimeout(() => hear(reader.flush()), ESCAPE_MS);
  };
  return {
    start(onKey: (key: Key) => void) {
      take = onKey;
      stdin.on('data', onData).resume();
    },
    stop() {
      take = () => {};
      clearTimeout(timer);
      stdin.off('data', onData);
    },
  };
}
