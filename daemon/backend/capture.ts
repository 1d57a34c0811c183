/** A pane's screen, its history and its modes as they stood at one moment. */

/** Flags are 0 or 1; what a backend does not know is 0. Places count from 0. */
export interface Modes {
  readonly cursorX: number;
  readonly cursorY: number;
  readonly alternate: number;
  readonly cursorShown: number;
  readonly wrap: number;
  readonly insert: number;
  readonly keypad: number;
  readonly keypadCursor: number;
  readonly origin: number;
  readonly mouseStandard: number;
  readonly mouseButton: number;
  readonly mouseAny: number;
  readonly mouseUtf8: number;
  readonly mouseSgr: number;
  readonly scrollTop: number;
  readonly scrollBottom: number;
  readonly cols: number;
  readonly rows: number;
  readonly history: number;
  readonly dead: number;
  /** The cursor of the screen behind an alternate one; huge when it was never saved. */
  readonly savedX: number;
  readonly savedY: number;
  /** What marks.ts reads off the output. */
  readonly bracketedPaste: number;
  readonly focusEvents: number;
  readonly reverseWrap: number;
  readonly mouseX10: number;
  /** 0 for the terminal's own, else as in DECSCUSR, 1 to 6. */
  readonly cursorShape: number;
  /** G0 and G1 hold the line-drawing set; G1 is the one in use. */
  readonly lineG0: number;
  readonly lineG1: number;
  readonly shifted: number;
}

export interface Capture {
  readonly modes: Modes;
  /** Lines above the screen; wrapped lines joined. Empty when there are none. */
  readonly history: Buffer;
  readonly screen: Buffer;
  /** The screen hidden behind an alternate one; empty without one. */
  readonly hidden: Buffer;
  /** The cursor's own row, from its first cell, when the cursor waits behind its last one to wrap; else empty. */
  readonly cursorRow: Buffer;
  /** The escape sequence the program has begun and not yet ended; empty when `pending` was not asked for. */
  readonly pending: Buffer;
  /** Columns of the tab stops, from 0, without the first; undefined when the backend does not know. */
  readonly tabs: readonly number[] | undefined;
}

export interface CaptureOptions {
  /** Lines of history at most. */
  readonly history: number;
  /** With colours and attributes as escape sequences. */
  readonly styled: boolean;
  /** Also the screen behind an alternate one, where there is one; ask only once `modes.alternate` said so. */
  readonly alternate?: boolean;
  /** Also this row by itself; ask only once `modes` said that the cursor waits at its end. */
  readonly cursorRow?: number;
  /** Also the unfinished escape sequence. */
  readonly pending?: boolean;
  /** Called where the capture stands in the stream of output. */
  begun?(): void;
  /** The pane was paused: lets it speak again in the same step, so that the capture stands just before its next byte. */
  readonly resume?: boolean;
}

/** A capture with its place in the pane's output. */
export interface Cut extends Capture {
  /** False when output from after the capture may have been delivered before it: then take another. */
  readonly exact: boolean;
}
