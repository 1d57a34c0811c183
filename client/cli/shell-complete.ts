/** Tab at the prompt of `rdv shell`: what `rdv complete` answers to bash, in a process of its own as there. */
import { execFile } from 'node:child_process';
import { placeIn, readTyped } from './quoting.js';
import type { Complete } from './shell-prompt.js';

const PATIENCE_MS = 2000;

/** `given` are the options that hold for every line. Rejects when nobody answers. */
export function completeWith(given: readonly string[]): Complete {
  return async (line) => {
    const typed = line.replace(/^\s*rdv\s/, '');
    const { raw } = readTyped(`rdv ${typed}`);
    const { quote } = placeIn(raw, '');
    const word = quote ? raw.slice(raw.lastIndexOf(quote) + 1) : raw;
    const lines = await ask(['complete', '--bash', ['rdv', ...given, typed].join(' '), '']);
    // The last one tells a shell what else it may offer.
    return [lines.slice(0, -1).filter((offer) => offer.startsWith(word)), word];
  };
}

function ask(args: readonly string[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [process.argv[1]!, ...args], { timeout: PATIENCE_MS }, (error, stdout) =>
      error ? reject(error) : resolve(stdout.trimEnd().split('\n')),
    );
  });
}
