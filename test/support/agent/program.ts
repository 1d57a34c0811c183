/** The fake agent as a program: `node program.js <socket of the test> <whom it plays> <quirks as JSON>`. */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { createKeyboard } from './keyboard.js';
import { createPlayer, RESPAWN } from './player.js';
import { createScreen } from './screen.js';
import type { Command, Plays, Quirks, Telling } from './talk.js';

const [socketPath, plays, quirks = '{}', life = '1'] = process.argv.slice(2) as [string, Plays, string?, string?];
process.title = plays;

const alternate = plays === 'opencode';
const write = (text: string) => void process.stdout.write(text);
const screen = createScreen(write);
const test = connect(socketPath);
const tell = (report: Telling) => void test.write(`${JSON.stringify({ ...report, life: Number(life) })}\n`);

let drawing = false;
/** Once in a turn of the loop, however much changed. */
function changed(): void {
  if (drawing) return;
  drawing = true;
  setImmediate(() => {
    drawing = false;
    const { columns = 80, rows = 24 } = process.stdout;
    screen.draw(player.look(columns, rows));
  });
}

function leave(code: number): void {
  player.close();
  process.stdin.setRawMode?.(false);
  write(`\x1b[?2004l${alternate ? '\x1b[?1049l' : '\x1b[2J\x1b[H'}\x1b]0;\x07`);
  test.end(() => process.exit(code));
}

const player = createPlayer(plays, JSON.parse(quirks) as Quirks, { tell, changed, leave });
const keyboard = createKeyboard((input) => player.typed(input));

function obey(command: Command): void {
  if (command.do === 'raw') write(Buffer.from(command.data, 'base64').toString());
  else player.obey(command);
  tell({ told: 'done', what: command.do });
  if (command.do === 'respawn') leave(RESPAWN);
  if (command.do === 'exit') leave(command.code);
}

process.stdin.setRawMode?.(true);
process.stdin.on('data', (data: Buffer) => {
  tell({ told: 'read', data: data.toString('base64') });
  keyboard(data);
});
process.stdout.on('resize', () => {
  screen.forget();
  changed();
});
process.on('SIGHUP', () => leave(129));
process.on('SIGTERM', () => leave(143));

test.on('connect', () => {
  write(`${alternate ? '\x1b[?1049h' : ''}\x1b[?2004h`);
  screen.forget();
  tell({ told: 'hello', pid: process.pid, plays });
  changed();
  createInterface({ input: test }).on('line', (line) => obey(JSON.parse(line) as Command));
});
// The test is over.
test.on('close', () => process.exit(0));
test.on('error', () => process.exit(1));
