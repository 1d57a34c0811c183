/** Chance that can be had again: the same numbers for the same seed, everywhere. */

export type Random = (below: number) => number;

/** Mulberry32. */
export function randomFrom(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}

/**
 * A file's worth of lines of at most `longest` characters, coloured, of about `bytes` bytes. Characters have one to four bytes, and a width on which
 * terminals agree.
 */
export function colouredLines(random: Random, bytes: number, longest = 120): Buffer {
  const letters = ['a', 'Z', '~', ' ', 'é', 'ß', 'ж', '漢', '字', '€', '𠀀', '𝐀'];
  const colours = ['\x1b[31m', '\x1b[1;44m', '\x1b[38;5;202m', '\x1b[48;2;1;22;133m', '\x1b[0m', '\x1b[m', '\x1b[4m'];
  const lines: string[] = [];
  for (let written = 0; written < bytes; ) {
    let line = '';
    for (let length = random(longest + 1); length > 0; length--) {
      line += random(9) === 0 ? colours[random(colours.length)] : letters[random(letters.length)];
    }
    lines.push(`${line}\n`);
    written += Buffer.byteLength(line) + 1;
  }
  return Buffer.from(lines.join(''));
}
