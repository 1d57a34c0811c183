/** The end of the chain as it is known outside the table: a small file, without which a cut tail would not be seen. */
import { closeSync, constants, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Place } from './chain.js';

export interface Head {
  /** Undefined without a file; `unreadable` for one that says nothing. */
  read(): Place | 'unreadable' | undefined;
  /** In place and always as long, so that a crash leaves the one or the other. Makes the file, mode 0600. */
  write(place: Place): void;
  /** Twice is harmless. */
  close(): void;
}

const SEQ_DIGITS = 16;
const FORM = /^ *(\d+) ([0-9a-f]{64})\n$/;

/**
 * Written after each commit and not synced: a crash of the machine may leave it some rows behind, which verifying allows,
 * but never ahead of what is on the disk.
 */
export function openHead(path: string): Head {
  let file: number | undefined;
  return {
    read() {
      try {
        const [, seq, hash] = FORM.exec(readFileSync(path, 'latin1')) ?? [];
        return seq && hash ? { seq: Number(seq), hash } : 'unreadable';
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        return undefined;
      }
    },
    write({ seq, hash }) {
      const isNew = file === undefined && !existsSync(path);
      file ??= openSync(path, constants.O_WRONLY | constants.O_CREAT, 0o600);
      writeSync(file, `${String(seq).padStart(SEQ_DIGITS)} ${hash}\n`, 0, 'latin1');
      if (isNew) fsyncSync(file);
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}
