/** What keeps programs running and shows their terminals: tmux, or this process's own terminals where there is no tmux. */
import type { CaptureOptions, Cut } from './capture.js';

export type { Capture, CaptureOptions, Cut, Modes } from './capture.js';
export { endGroup } from './group.js';
export { checkKeys } from './keys.js';
export { CHILD, launchArguments, USUAL } from './launch.js';

export type BackendKind = 'tmux' | 'pty';

/** Where a session lives: a window of one pane, by numbers that are never given twice while the backend runs. */
export interface Place {
  readonly window: number;
  readonly pane: number;
}

export interface NewWindow {
  /** The session's id. */
  readonly id: string;
  readonly cols: number;
  readonly rows: number;
  /** Lines kept above the screen. */
  readonly historyLimit: number;
  /** Absolute; no NUL. */
  readonly directory: string;
  /** Of the program; the daemon's own keeps everything private. */
  readonly umask: number;
  /** On top of what every program starts with. */
  readonly environment: Readonly<Record<string, string>>;
  /** Program and arguments; no NUL. */
  readonly argv: readonly string[];
  /** Whether the program may print a lot and end at once, and none of it may be lost. Signals then count as in a shell. */
  readonly linger: boolean;
}

export interface SeenWindow extends Place {
  readonly id: string;
  readonly pid: number;
  readonly dead: boolean;
  readonly exitCode: number | null;
  readonly exitSignal: number | null;
  readonly cols: number;
  readonly rows: number;
}

/** A session of the server that runs the programs, whoever made it. */
export interface BackendSession {
  /** The id in its name, of one of ours. */
  readonly id: string;
  readonly name: string;
  /** At least one. */
  readonly windows: readonly number[];
  readonly createdAt: number;
  /** Some client of the server shows it. */
  readonly attached: boolean;
}

export interface BackendEvents {
  /** Bytes a pane printed, in order. Valid until the listener returns. */
  output(pane: number, data: Buffer): void;
  /** The backend dropped output of this pane and sends no more until a capture with `resume`. */
  paused(pane: number): void;
  /** A window is no more. */
  windowClosed(window: number): void;
  /** Some program ended; `list()` tells which. */
  died(): void;
  /** A lost connection stands again; no count of bytes goes on. `same` is false when every earlier window is gone. */
  connected(same: boolean): void;
  /** Nothing is seen until the next `connected`; every call fails with Unavailable. */
  lost(reason: string): void;
}

/** All throw Gone for a window that is no more, and Unavailable while the backend does not answer. */
export interface Backend {
  readonly kind: BackendKind;
  /** For people: `tmux 3.3a`. */
  readonly version: string;
  /** The tmux server's `-L` name. */
  readonly socketName: string | undefined;
  /** Why less is promised than with tmux; undefined when all is well. */
  readonly degraded: string | undefined;
  /** The first byte printed is already told as `output`. */
  create(window: NewWindow): Promise<Place>;
  /** Every managed window, and from now on their output. */
  list(): Promise<SeenWindow[]>;
  /** What stands in the server under a name of ours; none where the programs are the daemon's own. */
  sessions(): Promise<BackendSession[]>;
  /** Text or screen of a pane. `begun` is called at its place among the pane's `output` events. */
  capture(pane: number, options: CaptureOptions): Promise<Cut>;
  /** Stops a pane's output to us; resolves when none can come any more. What is not yet delivered is dropped. */
  pause(pane: number): Promise<void>;
  /** Eight-bit clean, in order. */
  type(pane: number, data: Buffer): Promise<void>;
  /**
   * As one paste: between brackets where the program asked for them, line feeds as they are. At most 256 KiB, without
   * NUL and without escape sequences, which could end the paste.
   */
  paste(pane: number, data: Buffer): Promise<void>;
  /** Keys by tmux's names. Throws InvalidParams for a name that is none. */
  keys(pane: number, names: readonly string[]): Promise<void>;
  /** Leaves modes in which the backend itself would take the keys. */
  leaveModes(pane: number): Promise<void>;
  resize(window: number, cols: number, rows: number): Promise<void>;
  /**
   * Ends the window; its processes get SIGHUP, and those that are not gone 2 s later SIGKILL if `hard`. Harmless when
   * it is gone already.
   */
  kill(window: number, hard?: boolean): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
