/** A screen model drawn again is the same screen, whatever was printed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import xterm from '@xterm/headless';
import fc from 'fast-check';
import { createModel } from '../../../daemon/pty/model.js';
import { useWidths } from '../../../daemon/pty/widths.js';
import { drawSnapshot } from '../../../daemon/terminals/snapshot.js';

const SIZE = { cols: 20, rows: 6 };

function open() {
  const terminal = new xterm.Terminal({ ...SIZE, scrollback: 100, allowProposedApi: true });
  useWidths(terminal);
  return terminal;
}

/** Every cell with its look, the cursor, the modes. */
async function look(data: string | Buffer) {
  const terminal = open();
  await new Promise<void>((resolve) => terminal.write(data, resolve));
  const { active } = terminal.buffer;
  const lines = Array.from({ length: active.length }, (_, at) => {
    const line = active.getLine(at)!;
    const cells = Array.from({ length: SIZE.cols }, (_, x) => line.getCell(x)!).map((cell) =>
      [
        cell.getChars() || ' ',
        ...[cell.isFgDefault() || cell.getFgColor(), cell.isBgDefault() || cell.getBgColor(), cell.isFgRGB()],
        ...[cell.isBold(), cell.isDim(), cell.isItalic(), cell.isUnderline(), cell.isBlink(), cell.isInverse()],
        ...[cell.isInvisible(), cell.isStrikethrough(), cell.isOverline()],
      ].join(),
    );
    return { cells, wraps: line.isWrapped };
  });
  const seen = { lines, cursor: [active.cursorX, active.cursorY], screen: active.type, modes: terminal.modes };
  terminal.dispose();
  return seen;
}

async function redrawn(data: string): Promise<Buffer> {
  const model = createModel({ ...SIZE, historyLimit: 100, answer: () => {}, progress: () => {} });
  model.write(Buffer.from(data));
  await model.settled();
  const { modes, ...texts } = model.capture({ history: 100, styled: true, alternate: true });
  model.close();
  return drawSnapshot({ ...texts, modes: { ...modes, dead: 0 } }, { pen: '', unfinished: Buffer.alloc(0) });
}

const drawings: Readonly<Record<string, string>> = {
  nothing: '',
  attributes: '\x1b[1;2;3;4;5;7;8;9;53mall\x1b[0m none \x1b[4munder\x1b[24;9mthrough',
  colours: '\x1b[31;42mnamed\x1b[91;102mbright\x1b[38;5;200;48;5;17m256\x1b[38;2;1;2;3;48;2;250;251;252mrgb',
  'blanks with a colour': '\x1b[44m   \x1b[0m\r\n\x1b[41m\x1b[2Kx\x1b[0m\r\n plain ',
  'wide and combined': 'a日本e\u0301🙂👍🏽\r\nเก\u0e33x',
  'a wide one that does not fit': `${'x'.repeat(19)}日y`,
  'long lines': `${'word '.repeat(20)}\r\n${'z'.repeat(20)}\r\nend`,
  history: Array.from({ length: 30 }, (_, at) => `\x1b[3${at % 8}mline ${at}`).join('\r\n'),
  'a wrap at the edge of the history': `${'\r\n'.repeat(4)}${'w'.repeat(70)}\r\nx`,
  alternate: 'behind\r\n$ \x1b[?1049h\x1b[3;4Hin front\x1b[?25l',
  region: '\x1b[2;4r\x1b[?6h\x1b[2;3Hx',
};

for (const [name, drawing] of Object.entries(drawings)) {
  test(`a drawing comes back: ${name}`, async () => {
    const [again, once] = [await look(await redrawn(drawing)), await look(drawing)];
    assert.deepEqual(again, once);
  });
}

test('whatever is printed line by line comes back', async () => {
  const sgr = fc.array(fc.constantFrom(0, 1, 2, 3, 4, 5, 7, 8, 9, 53, 22, 24, 27, 31, 39, 44, 49, 95, 106), {
    maxLength: 3,
  });
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.stringMatching(/^[a-z ]{1,30}$/) },
    { weight: 2, arbitrary: sgr.map((numbers) => `\x1b[${numbers.join(';')}m`) },
    fc.constantFrom(
      '日本',
      '🙂',
      'e\u0301',
      '\r\n',
      '\r\n',
      '\t',
      '\x1b[K',
      '\x1b[2K',
      '\x1b[5X',
      '\x1b[3P',
      '\x1b[2@',
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async (pieces) => {
      const drawing = pieces.join('');
      const [again, once] = [await look(await redrawn(drawing)), await look(drawing)];
      // A cursor past the last column waits for the next character, which no sequence can say.
      const [x, y] = once.cursor;
      assert.deepEqual(again, { ...once, cursor: [Math.min(x!, SIZE.cols - 1), y] });
    }),
    { numRuns: 300 },
  );
});

test('text without styles is what was printed, wrapped lines joined', async () => {
  const model = createModel({ ...SIZE, historyLimit: 100, answer: () => {}, progress: () => {} });
  const long = 'The quick brown fox 日本 jumps over the lazy dog';
  model.write(Buffer.from(`\x1b[31m${long}\x1b[0m\r\n${'\r\n'.repeat(6)}after`));
  await model.settled();
  const { history, screen } = model.capture({ history: 100, styled: false });
  model.close();
  assert.deepEqual([history.toString(), screen.toString()], [`${long}\n\n`, '\n\n\n\n\nafter\n']);
});
