/** Programs people use, each under a recorder that keeps every byte it prints, whatever becomes of the daemon. */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { colouredLines, type Random, randomFrom } from './random.js';
import { createReference, type Seen, type Size } from './reference.js';

export interface Program {
  readonly name: string;
  /** What starts it; `folder` holds its files and the record. */
  argv(folder: string): string[];
  /** Keys that make it print for a while; `done` comes to be when it may stop. */
  keys(random: Random, done: string): string;
}

const isHere = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const pick = <T>(random: Random, list: readonly T[]) => list[random(list.length)]!;

/** A shell that prints until it is told that it may stop, and then its prompt. */
const RC = `PS1='\\[\\e[1;32m\\]rdv\\[\\e[m\\]\\$ '
flood() { local i=0; until [ -e "$1" ]; do
  for k in 1 2 3 4 5 6 7 8 9; do i=$((i+1)); printf '\\e[3%dm%s\\e[0m 漢é %d\\n' $((i % 8)) flood $i; done
  sleep 0.01; done; }
`;

export const programs: readonly Program[] = [
  {
    name: 'bash',
    argv(folder) {
      writeFileSync(join(folder, 'rc'), RC);
      return ['bash', '--noprofile', '--rcfile', join(folder, 'rc'), '-i'];
    },
    keys: (_random, done) => `flood '${done}'\r`,
  },
  {
    name: 'vim',
    argv(folder) {
      const file = join(folder, 'source.c');
      const code = Array.from(
        { length: 900 },
        (_, at) => `static int f${at}(char *s) { return "é漢" + ${at}; } /* ${at} */`,
      );
      writeFileSync(file, code.join('\n'));
      return ['vim', '-u', 'NONE', '-i', 'NONE', '-N', '-n', '-c', 'syntax on', '-c', 'set laststatus=2', file];
    },
    keys: (random) =>
      pick(random, [
        `${'\x05'.repeat(90)}gg`,
        '\x1b:set number!\rGzz',
        `${'\x04'.repeat(12)}\x15\x15`,
        'ggVjjj',
        `\x1bgg${'oint é = 漢;\x1b'.repeat(30)}`,
        '\x1b/return\rnnnnnnnnnn',
        '\x1b:set hlsearch!\r:split\r:only\r',
      ]),
  },
  {
    name: 'less',
    argv(folder) {
      const file = join(folder, 'coloured');
      writeFileSync(file, colouredLines(randomFrom(7), 200_000));
      return ['less', '-R', file];
    },
    keys: (random) => pick(random, ['f'.repeat(30), 'b'.repeat(20), 'G', 'g', `${'j'.repeat(80)}`, '/é\rnnnn', '=\r']),
  },
  {
    name: 'htop',
    argv: () => ['htop', '-d', '7'],
    keys: (random) => pick(random, ['\x1b[B\x1b[B\x1b[B', 't', '\x1b[A', '']),
  },
];

export const present = programs.filter(({ name }) => isHere(name) && isHere('script'));
export const absent = programs.filter((program) => !present.includes(program)).map(({ name }) => name);

/** The command that runs a program and keeps what it prints in `record`. */
export function recorded(argv: readonly string[], record: string): string[] {
  // The locale of whoever runs the tests may know no other letters than ASCII.
  const command = ['env', 'LC_ALL=C.UTF-8', ...argv].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return process.platform === 'darwin'
    ? ['script', '-q', '-F', record, 'sh', '-c', command]
    : ['script', '-q', '-f', '-e', '-c', command, record];
}

/** A terminal that has seen all of a record. */
export function openRecord(path: string, size: Size) {
  const file = openSync(path, 'r');
  const reference = createReference(size);
  const piece = Buffer.alloc(1024 * 1024);
  let begun = process.platform === 'darwin';
  return {
    async seen(): Promise<Seen> {
      for (let read = 1; read > 0; ) {
        read = readSync(file, piece);
        // The recorder's own first line.
        const from = begun || read === 0 ? 0 : piece.indexOf('\n') + 1;
        begun ||= read > 0;
        await reference.write(Buffer.from(piece.subarray(from, read)));
      }
      return reference.seen();
    },
    /** Ends the recorder too, which lives on when its terminal is gone, with a program that does not mind. */
    close() {
      closeSync(file);
      reference.close();
      spawnSync('pkill', ['-f', path]);
    },
  };
}
