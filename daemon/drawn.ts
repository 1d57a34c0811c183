/** Output as it stood on the screen in the end: what was typed and changed again is there as it was entered. */
import { plainText } from './sessions/text.js';

export interface Drawing {
  readonly bytes: Buffer;
  readonly cols: number;
  readonly rows: number;
}

/** Lines above the screen that are kept. */
const HISTORY = 2000;

/**
 * Draws the output of a program as its terminal did; shells move the cursor about while a command is typed, so that
 * nobody can tell from the bytes alone what it was. Others get their turn meanwhile. A full-screen program is left out.
 */
export async function drawnText({ bytes, cols, rows }: Drawing): Promise<string> {
  // With tmux there is no other use for a terminal of our own, and its library takes long to load.
  const { createModel } = await import('./pty/model.js');
  const model = createModel({ cols, rows, historyLimit: HISTORY, answer: () => {}, progress: () => {} });
  try {
    model.write(bytes);
    await model.settled();
    const { history, screen, hidden } = model.capture({ history: HISTORY, styled: false, alternate: true });
    return plainText({ history, screen: hidden.length > 0 ? hidden : screen });
  } finally {
    model.close();
  }
}
