/** A person before a terminal: runs `rdv` there, waits until something is shown, and leaves. For blocks of the README. */
import { spawn } from 'node-pty';

/** What is shown, then what is typed; the first that fits the words. */
const LEAVING: readonly (readonly [words: RegExp, shows: RegExp, types: string])[] = [
  [/^watch$/, /q quit/, 'q'],
  [/^attach /, /./, '\x1dd'],
  [/^new (?!.*(?:^| )-d(?: |$))/, /./, '\x1dd'],
  [/^watch --jsonl$/, /"type":"lists"/, '\x03'],
  [/^logs -f$/, /./, '\x03'],
];
const PATIENCE_MS = 30_000;

const [program = '', ...words] = process.argv.slice(2);
const [, shows, types] = LEAVING.find(([fits]) => fits.test(words.join(' ')))!;
/** What a block says that is seen. */
const wanted = process.env.SEEN ?? '';
const pty = spawn(process.execPath, [program, ...words], {
  cols: 100,
  rows: 30,
  env: { ...process.env, TERM: 'xterm-256color' } as Record<string, string>,
});
let text = '';
let left = false;
pty.onData((data) => {
  text += data;
  if (left || !shows.test(text) || !text.includes(wanted)) return;
  left = true;
  pty.write(types);
});
const late = setTimeout(() => {
  process.stderr.write(`rdv ${words.join(' ')} showed only: ${JSON.stringify(text.slice(-2000))}\n`);
  pty.kill('SIGKILL');
  process.exit(1);
}, PATIENCE_MS);
pty.onExit(({ exitCode }) => {
  clearTimeout(late);
  // Ctrl-C is how one leaves what never ends.
  process.exit(types === '\x03' && exitCode === 130 ? 0 : exitCode);
});
