/** Command lines one after another in one process, with one connection for the calls of them all. */
import { createShared, type Shared } from '../index.js';
import type { Line, Open } from './line.js';
import { tellError, type Voice } from './output.js';

export interface Lines {
  /** The next line. It is not interrupted until `interrupt`. */
  begin(voice: Voice): Line;
  /** Interrupts the line that runs. */
  interrupt(): void;
  /** Closes the connections; lines still running fail. */
  close(): void;
}

type Calls = Shared<[autostart: boolean, open: Open, signal: AbortSignal]>;

/** `quiet`: nothing is said when the daemon was lost in between and found again. */
export function createLines(quiet: boolean): Lines {
  const shared = new Map<string, Calls>();
  let running = new AbortController();
  const callsTo = (socketPath: string): Calls => {
    const known = shared.get(socketPath);
    if (known) return known;
    const made = createCalls(quiet);
    shared.set(socketPath, made);
    return made;
  };
  return {
    begin(voice) {
      running = new AbortController();
      const { signal } = running;
      return {
        voice,
        signal,
        isOneOfMany: true,
        calls(socketPath, open) {
          const calls = callsTo(socketPath);
          return { client: (autostart) => calls.client(autostart, open, signal), close() {} };
        },
        end() {},
      };
    },
    interrupt: () => running.abort(),
    close() {
      for (const calls of shared.values()) calls.close();
    },
  };
}

function createCalls(quiet: boolean): Calls {
  let version: string | undefined;
  return createShared(async (autostart, open, signal) => {
    const client = await open(autostart, signal);
    const now = client.serverInfo.version;
    if (version !== undefined && !quiet)
      tellError(
        `The daemon was lost in between; connected again${now === version ? '' : `, to version ${now} instead of ${version}`}.\n`,
      );
    version = now;
    return client;
  });
}
