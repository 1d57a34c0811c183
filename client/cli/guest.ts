/** What a program printed, passed on to our stdout: a terminal there answers none of its questions and keeps none of its modes. */
import { RESTORE } from './modes.js';
import { createQueryFilter } from './queries.js';

export interface Guest {
  /** As `process.stdout.write`. */
  write(data: Uint8Array): boolean;
  /** Ends the modes it may have left. */
  end(): void;
}

const ESCAPE = 0x1b;
const SHIFT_OUT = 0x0e;

/** For commands that do not read keys: what the terminal answered would be typed into the shell after them. */
export function createGuest(): Guest {
  const { stdout } = process;
  if (stdout.isTTY !== true) return { write: (data) => stdout.write(data), end() {} };
  const withoutQueries = createQueryFilter();
  let mayHaveSet = false;
  return {
    write(data) {
      mayHaveSet ||= data.includes(ESCAPE) || data.includes(SHIFT_OUT);
      return stdout.write(withoutQueries(data));
    },
    end() {
      if (mayHaveSet) stdout.write(RESTORE);
    },
  };
}
