/** A program that draws itself as Claude does at work: its spinner turns ten times a second. */
import { box, greeting } from './drawn.js';

const FRAMES = ['·', '✢', '✳', '✶', '✻', '✽'];
let turns = 0;

function drawn(): string[] {
  const seconds = Math.floor(turns / 10);
  const status = `${FRAMES[turns++ % FRAMES.length]} Thinking… (${seconds}s · ↑ ${seconds}.4k tokens · esc to interrupt)`;
  return [`\x1b[38;5;174m${status}\x1b[39m`, '', ...box.map((line) => `\x1b[2m${line}\x1b[22m`)];
}

const write = (text: string) => void process.stdout.write(text);

write(`${[...greeting, ...drawn()].join('\r\n')}`);
// As Ink does it: all lines are erased from below, then drawn again.
setInterval(() => {
  const lines = drawn();
  write(`${'\x1b[2K\x1b[1A'.repeat(lines.length - 1)}\x1b[2K\x1b[G${lines.join('\r\n')}`);
}, 100);
