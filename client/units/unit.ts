/** What a unit is: how systemd or launchd keeps a program of ours running. */

export type Part = 'daemon' | 'bridge';

/** What is to be kept running. */
export interface Program {
  readonly part: Part;
  /** Absolute paths, then words. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The data folder, where that is not the usual one. */
  readonly home: string | undefined;
  /** Where its first and last words go, for those who keep no journal. */
  readonly output: string;
}

export interface Supervisor {
  readonly kind: 'systemd' | 'launchd';
  /** As the system calls it. */
  name(part: Part): string;
  file(part: Part): string;
  text(program: Program): string;
  /** The line in a file of ours that names the data folder. */
  homeLine(home: string): string;
  /** Throws Unavailable when the system's own one does not answer. */
  reach(): Promise<void>;
  /** Takes a written file into account; it then starts at login. With `start` also now, and waits until it is ready. */
  enable(part: Part, start: boolean): Promise<void>;
  /** Starts what is enabled; nothing where it runs. Waits until it is ready, where the system can tell. */
  start(part: Part, signal?: AbortSignal): Promise<void>;
  /** The setting by which a stop ends every session too; undefined when it leaves them alone. */
  endsSessions(part: Part): Promise<string | undefined>;
  /** Stops it and has it start no more; its file may go then. */
  disable(part: Part): Promise<void>;
  /** To be called when the file is gone. */
  forget(): Promise<void>;
  /** Its process; undefined while it does not run. */
  pid(part: Part): Promise<number | undefined>;
  /** What shows why it did not start. */
  readonly inquiry: (part: Part) => string;
}
