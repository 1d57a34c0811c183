/** Keeps what tmux does not tell of a pane: read off its output, and held in tmux itself so that it outlives us. */
import { createMarkReader, type MarkName, type MarkReader, type Marks, markNames } from '../backend/marks.js';
import type { Control } from './control.js';

export interface MarkKeeper {
  output(pane: number, data: Buffer): void;
  /** Where the pane's output stands now; what it set before we began to look is undefined. */
  of(pane: number): Marks;
  /** Output of the pane was missed. */
  missed(pane: number): void;
  /** Every pane that printed something. */
  panes(): number[];
  /** For a pane that is no more. */
  forget(pane: number): void;
  close(): void;
}

/** The option of the pane a mark is held in. */
export const optionOf = (name: MarkName) => `@rdv-${name}`;

/** A program that changes a mark all the time is written down this often. */
const SPAN_MS = 50;

interface Kept {
  readonly reader: MarkReader;
  /** What tmux holds. */
  written: Marks;
  timer: NodeJS.Timeout | undefined;
}

/**
 * A pane that is gone, or a tmux that is, has nothing to hold: what fails to be written is not told. `runNow` gives
 * undefined until commands can be run; output may come before.
 */
export function createMarkKeeper(runNow: () => Control['run'] | undefined): MarkKeeper {
  const panes = new Map<number, Kept>();

  const keptOf = (pane: number): Kept => {
    const found = panes.get(pane);
    if (found) return found;
    const kept = { reader: createMarkReader(), written: {}, timer: undefined };
    panes.set(pane, kept);
    return kept;
  };

  const write = (pane: number, kept: Kept) => {
    kept.timer = undefined;
    const { marks } = kept.reader;
    const changed = markNames.filter((name) => marks[name] !== kept.written[name]);
    if (changed.length === 0) return;
    kept.timer = setTimeout(write, SPAN_MS, pane, kept).unref();
    const run = runNow();
    if (!run) return;
    kept.written = { ...marks };
    const commands = changed.map((name) => ['set-option', '-p', '-t', `%${pane}`, optionOf(name), String(marks[name])]);
    run(commands).catch(() => {
      kept.written = {};
    });
  };

  return {
    output(pane, data) {
      const kept = keptOf(pane);
      if (kept.reader.read(data) && !kept.timer) write(pane, kept);
    },
    of: (pane) => panes.get(pane)?.reader.marks ?? {},
    missed: (pane) => panes.get(pane)?.reader.missed(),
    panes: () => [...panes.keys()],
    forget(pane) {
      clearTimeout(panes.get(pane)?.timer);
      panes.delete(pane);
    },
    close() {
      for (const { timer } of panes.values()) clearTimeout(timer);
    },
  };
}
