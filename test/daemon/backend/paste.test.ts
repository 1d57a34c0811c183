/** A paste arrives as one, byte by byte, between brackets where the program asked for them, on every backend. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { kinds, openReal } from '../../support/backends.js';

const BEGIN = '\x1b[200~';
const END = '\x1b[201~';

/** A program that reads so many bytes as they are, and the file they are in. */
function reader(t: TestContext, bytes: number, asks: string) {
  const folder = mkdtempSync(join(tmpdir(), 'rdv-paste-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'got');
  const script = `stty raw -echo; printf '${asks}'; echo ready; head -c ${bytes} >'${file}'; echo done; cat`;
  return { argv: ['sh', '-c', script], got: () => readFileSync(file) };
}

for (const kind of kinds) {
  test(`${kind}: 256 KiB of any text arrive as one paste, and pastes at the same time one after another`, async (t) => {
    const { backend, start, printed } = await openReal(t, kind);
    const hostile = `é;'"\\ $HOME \`x\` ~ #{pane_id} #(echo x) %1 {\n}\ttail ; \n\n; 😀 -- -b\n`;
    const big = Buffer.from(hostile.repeat(4000)).subarray(0, 256 * 1024);
    const small = ['one;\n', '-x', ';'].map((text) => Buffer.from(text));
    const whole = Buffer.concat([big, ...small].flatMap((data) => [Buffer.from(BEGIN), data, Buffer.from(END)]));
    const { argv, got } = reader(t, whole.length, '\\033[?2004h');
    const { pane } = await start(...argv);
    await printed(pane, 'ready');
    await Promise.all([big, ...small].map((data) => backend.paste(pane, data)));
    await printed(pane, 'done');
    assert.ok(got().equals(whole));
  });

  test(`${kind}: a program that never asked for brackets, or no longer wants them, gets none`, async (t) => {
    const { backend, start, printed } = await openReal(t, kind);
    for (const asks of ['', '\\033[?2004h\\033[?2004l']) {
      const { argv, got } = reader(t, 7, asks);
      const { pane } = await start(...argv);
      await printed(pane, 'ready');
      await backend.paste(pane, Buffer.from('a\nb\n;é'));
      await printed(pane, 'done');
      assert.equal(got().toString(), 'a\nb\n;é');
    }
  });
}
