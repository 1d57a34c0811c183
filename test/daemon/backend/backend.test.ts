/** What every backend promises, over real programs: tmux, and terminals of our own. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { kinds, openReal } from '../../support/backends.js';
import { refused } from '../../support/refused.js';

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'rdv-backend-'));
  t.after(() => rmSync(made, { recursive: true }));
  return made;
}

/** As `cat -v` shows them. */
const keys: Readonly<Record<string, string>> = {
  ...{ a: 'a', é: 'M-CM-)', Space: ' ', Tab: '\t', BTab: '^[[Z', BSpace: '^?', Escape: '^[', Enter: '^M' },
  ...{ 'M-Enter': '^[^M', 'M-x': '^[x', 'C-c': '^C', 'C-C': '^C', 'C-M-a': '^[^A', 'C-Space': '^@', 'C-@': '^@' },
  ...{ 'C-[': '^[', 'C-]': '^]', 'C-^': '^^', 'C-_': '^_', 'C-?': '^?', 'C--': '^_', 'C-/': '^_', 'C-2': '^@' },
  ...{ Up: '^[[A', Down: '^[[B', Right: '^[[C', Left: '^[[D', 'S-Up': '^[[1;2A', 'M-Left': '^[[1;3D' },
  ...{ 'C-Right': '^[[1;5C', 'C-S-M-Up': '^[[1;8A', 'S-Home': '^[[1;2H', 'C-End': '^[[1;5F' },
  ...{ IC: '^[[2~', Delete: '^[[3~', PageUp: '^[[5~', NPage: '^[[6~', 'S-DC': '^[[3;2~', 'C-PgDn': '^[[6;5~' },
  ...{ F1: '^[OP', F4: '^[OS', 'S-F1': '^[[1;2P', F5: '^[[15~', F12: '^[[24~', 'C-F5': '^[[15;5~' },
};

const hash = (data: Buffer) => createHash('sha256').update(data).digest('hex');

for (const kind of kinds) {
  test(`${kind}: every byte typed arrives, and every byte printed comes back`, async (t) => {
    const { backend, start, printed } = await openReal(t, kind);
    const file = join(folder(t), 'got');
    const all = Buffer.concat([
      Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
      randomBytes(100_000),
      Buffer.alloc(200),
    ]);
    const { pane } = await start(
      ...['sh', '-c', `stty raw -echo; echo ready; head -c ${all.length} >'${file}'; echo done; cat`],
    );
    await printed(pane, 'ready');
    await backend.type(pane, all);
    await printed(pane, 'done');
    assert.equal(hash(readFileSync(file)), hash(all));
  });

  test(`${kind}: a program that lingers is the program itself, whatever a shell has by its name, without a PATH`, async (t) => {
    const { create, dead, text } = await openReal(t, kind);
    const script = 'echo "$1"; kill -KILL $$';
    const windows = await Promise.all([
      create({ argv: ['printf', '\\u00e9'], linger: true }),
      create({ argv: ['/bin/sh', '-c', script, 'sh', 'last'], environment: { PATH: '/nowhere' }, linger: true }),
    ]);
    for (const { pane } of windows) await dead(pane);
    assert.deepEqual(
      windows.map(({ pane }) => Buffer.from(text(pane), 'latin1').toString()),
      ['é', 'last\r\n'],
    );
  });

  test(`${kind}: a program that ends is noticed, with its exit code, and its screen stays`, async (t) => {
    const { backend, start, dead } = await openReal(t, kind);
    const { pane } = await start('sh', '-c', 'echo last words; sleep 0.1; exit 7');
    const { exitCode, exitSignal } = await dead(pane);
    assert.deepEqual([exitCode, exitSignal], [7, null]);
    const { screen, modes } = await backend.capture(pane, { history: 0, styled: false });
    assert.match(screen.toString(), /^last words *\n/);
    assert.equal(modes.dead, 1);
    await backend.type(pane, Buffer.from('x'));
  });

  test(`${kind}: a program ended by a signal is noticed, with the signal`, async (t) => {
    const { start, dead } = await openReal(t, kind);
    const { pane } = await start('sh', '-c', 'kill -9 $$');
    const { exitCode, exitSignal } = await dead(pane);
    assert.deepEqual([exitCode, exitSignal], [null, 9]);
  });

  test(`${kind}: a program that is missing, or a directory that is, is told on the screen and by the exit code`, async (t) => {
    const { backend, create, dead } = await openReal(t, kind);
    const one = await create({ argv: ['no-such-program'] });
    assert.equal((await dead(one.pane)).exitCode, 127);
    const { screen } = await backend.capture(one.pane, { history: 0, styled: false });
    assert.match(screen.toString(), /no-such-program: not found/);
    const other = await create({ argv: ['true'], directory: '/no/such/directory' });
    assert.equal((await dead(other.pane)).exitCode, 126);
  });

  test(`${kind}: text that looks like escapes is captured as it is`, async (t) => {
    const { backend, start, printed } = await openReal(t, kind);
    const text = 'C:\\new\\033 \\\\ $HOME %end é';
    const { pane } = await start('sh', '-c', 'printf "%s" "$1"; printf "\\n.\\n"; cat', 'sh', text);
    await printed(pane, '.\r\n');
    const { screen } = await backend.capture(pane, { history: 0, styled: false });
    assert.equal(screen.toString().split('\n')[0]?.trimEnd(), text);
  });

  test(`${kind}: a capture has history, screen and hidden screen apart, and joins lines that wrap`, async (t) => {
    const { backend, create, printed } = await openReal(t, kind);
    const long = 'x'.repeat(25);
    const script = `stty -echo; for i in 1 2 3 4 5; do echo line $i; done; echo ${long}; printf end; printf '\\033[?1049h\\033[2Hfull'; cat`;
    const { pane } = await create({ argv: ['sh', '-c', script], cols: 20, rows: 4 });
    await printed(pane, 'full');
    const cut = await backend.capture(pane, { history: 3, styled: false, alternate: true });
    const tidy = (text: Buffer) => text.toString().replace(/ +$/gm, '');
    assert.deepEqual(
      [tidy(cut.history), tidy(cut.screen), tidy(cut.hidden)],
      ['line 2\nline 3\nline 4\n', '\nfull\n\n\n', `line 5\n${long}\nend\n`],
    );
    const { cols, rows, alternate, history, cursorX, cursorY, savedX, savedY } = cut.modes;
    assert.deepEqual([cols, rows, alternate, history], [20, 4, 1, 4]);
    assert.deepEqual([cursorX, cursorY, savedX, savedY], [4, 1, 3, 3]);
  });

  test(`${kind}: a row that is empty and wraps on is captured as nothing`, async (t) => {
    const { backend, create, printed } = await openReal(t, kind);
    // A newline while the cursor waits to wrap, then a character: the empty row wraps to the next.
    const script = `stty raw -echo; printf '${'x'.repeat(20)}\ny\\033[4;1Hend'; exec cat`;
    const { pane } = await create({ argv: ['sh', '-c', script], cols: 20, rows: 4 });
    await printed(pane, 'end');
    const { history, screen } = await backend.capture(pane, { history: 0, styled: false });
    assert.deepEqual([history.length, screen.toString().trimEnd().endsWith('end')], [0, true]);
    await backend.type(pane, Buffer.from('\n\n'));
    await printed(pane, '\n\n');
    assert.ok((await backend.capture(pane, { history: 1, styled: true })).screen.length > 0);
  });

  test(`${kind}: wide characters and emoji take two cells, combining ones none`, async (t) => {
    const { backend, start, printed } = await openReal(t, kind);
    const { pane } = await start('sh', '-c', 'printf "%s" "$1"; cat', 'sh', '日🙂e\u0301.');
    await printed(pane, '.');
    const { modes, screen } = await backend.capture(pane, { history: 0, styled: false });
    assert.deepEqual([modes.cursorX, screen.toString().split('\n')[0]?.trimEnd()], [6, '日🙂e\u0301.']);
  });

  test(`${kind}: modes are told as the program set them`, async (t) => {
    const { backend, start, printed } = await openReal(t, kind);
    const modesAfter = async (escapes: string) => {
      const { pane } = await start('sh', '-c', `printf '${escapes}.'; cat`);
      await printed(pane, '.');
      return (await backend.capture(pane, { history: 0, styled: false })).modes;
    };
    const usual = await modesAfter('');
    const { cursorShown, wrap, scrollTop, scrollBottom } = usual;
    assert.deepEqual([cursorShown, wrap, scrollTop, scrollBottom], [1, 1, 0, 23]);
    const changed = async (escapes: string) => {
      const now = await modesAfter(escapes);
      return Object.fromEntries(
        Object.entries(now).filter(([name, value]) => !/cursor[XY]/.test(name) && usual[name as 'wrap'] !== value),
      );
    };
    assert.deepEqual(await changed('\\033[?25l\\033[?7l\\033[4h'), { cursorShown: 0, wrap: 0, insert: 1 });
    assert.deepEqual(await changed('\\033=\\033[?1h'), { keypad: 1, keypadCursor: 1 });
    assert.deepEqual(await changed('\\033[3;10r\\033[?6h'), { scrollTop: 2, scrollBottom: 9, origin: 1 });
    assert.deepEqual(await changed('\\033[?1000h\\033[?1006h'), { mouseStandard: 1, mouseSgr: 1 });
    assert.deepEqual(await changed('\\033[?1002h'), { mouseButton: 1 });
    assert.deepEqual(await changed('\\033[?1003h'), { mouseAny: 1 });
  });

  test(`${kind}: a program's questions to its terminal are answered once`, async (t) => {
    const { start, printed, text } = await openReal(t, kind);
    const { pane } = await start(
      'sh',
      '-c',
      'stty raw -echo; printf "\\033[5n\\033[3;7H\\033[6n"; head -c 10 | od -An -c; printf "\\033[c"; sleep 0.3; dd bs=100 count=1 2>/dev/null | od -An -c; echo end; cat',
    );
    await printed(pane, 'end');
    const [, status, attributes] = /\x1b\[6n([^\x1b]*)\x1b\[c(.*)end/s.exec(text(pane)) ?? [];
    assert.equal(status?.replace(/\s+/g, ''), '033[0n033[3;7R');
    assert.match(attributes?.replace(/\s+/g, '') ?? '', /^033\[\?1;2c$/);
  });

  test(`${kind}: the size reaches the program and the capture`, async (t) => {
    const { backend, start, printed } = await openReal(t, kind);
    const script = 'trap "stty size" WINCH; echo ready; while :; do sleep 0.05; done';
    const { window, pane } = await start('sh', '-c', script);
    await printed(pane, 'ready');
    await backend.resize(window, 101, 31);
    await printed(pane, '31 101');
    const { cols, rows } = (await backend.capture(pane, { history: 0, styled: false })).modes;
    const [seen] = await backend.list();
    assert.deepEqual([cols, rows, seen?.cols, seen?.rows], [101, 31, 101, 31]);
  });

  test(`${kind}: keys arrive as a terminal sends them`, async (t) => {
    const { backend, events, start, printed, text } = await openReal(t, kind);
    const { pane } = await start('sh', '-c', 'stty raw -echo; echo ready; cat -v');
    await printed(pane, 'ready');
    for (const [name, bytes] of Object.entries(keys)) {
      const before = text(pane).length;
      await backend.keys(pane, [name, '~']);
      while (text(pane).length < before + bytes.length + 1) await once(events, 'output');
      assert.equal(text(pane).slice(before), `${bytes}~`, name);
    }
    await assert.rejects(backend.keys(pane, ['Entre']), refused('InvalidParams', /key name/));
  });

  test(`${kind}: arrows follow the mode the program asked for`, async (t) => {
    const { backend, start, printed } = await openReal(t, kind);
    const { pane } = await start('sh', '-c', 'stty raw -echo; printf "\\033[?1h."; cat -v');
    await printed(pane, '.');
    await backend.capture(pane, { history: 0, styled: false });
    await backend.keys(pane, ['Up', 'S-Up']);
    await printed(pane, '^[OA^[[1;2A');
  });

  test(`${kind}: a killed window is told and is then absent, and its program gets SIGHUP`, async (t) => {
    const { backend, events, start, printed } = await openReal(t, kind);
    const file = join(folder(t), 'hung');
    const { window, pane } = await start('sh', '-c', `trap 'echo hup >${file}; exit' HUP; echo ready; cat; sleep 60`);
    await printed(pane, 'ready');
    const closed = once(events, 'closed');
    await backend.kill(window);
    assert.deepEqual(await closed, [window]);
    while (!existsSync(file)) await setTimeout(5);
    await backend.kill(window);
    await assert.rejects(backend.type(pane, Buffer.from('x')), refused('Gone', /gone/, 'TMUX_SESSION_GONE'));
    await assert.rejects(backend.capture(pane, { history: 0, styled: false }), refused('Gone', /gone/));
    assert.deepEqual(await backend.list(), []);
  });

  test(`${kind}: captures over a flood are cut exactly or say that they are not`, async (t) => {
    const { backend, start, text, printed } = await openReal(t, kind);
    const flood = (name: string) =>
      start('sh', '-c', `i=0; while [ $i -lt 30000 ]; do i=$((i+1)); echo ${name}$i; done; cat`);
    const panes = [(await flood('a')).pane, (await flood('b')).pane, (await flood('c')).pane];
    let exact = 0;
    for (let round = 0; round < 60; round++) {
      const pane = panes[round % 3]!;
      let place = 0;
      const cut = await backend.capture(pane, { history: 0, styled: false, begun: () => (place = text(pane).length) });
      if (!cut.exact) continue;
      exact++;
      // What is shown last is what was sent last, whole or in part.
      const sent = text(pane).slice(0, place).trimEnd();
      assert.equal(cut.screen.toString().trimEnd().split('\n').at(-1)?.trimEnd(), sent.split('\r\n').at(-1));
    }
    assert.ok(exact > (kind === 'pty' ? 59 : 5), `only ${exact} of 60 captures were exact`);
    for (const [at, name] of ['a', 'b', 'c'].entries()) await printed(panes[at]!, `${name}30000\r\n`);
  });
}
