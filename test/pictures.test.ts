/** The pictures of the README: `rdv watch` and a page of terminals, as the program shows them now; RDV_PICTURES=write makes them. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { inTerminal } from './client/cli/program.js';
import { agentSession } from './support/agent/agent.js';
import { bridged } from './support/bridged.js';
import { launchBrowser, withoutBrowser } from './support/browser.js';
import { root } from './support/documents.js';
import { serveGallery, showPanes } from './support/gallery.js';
import { type Glyphs, glyphsOf, replaced, svgOf, textOf } from './support/picture.js';
import { folderFor } from './support/whole.js';

const SIZE = { cols: 96, rows: 14 };
const PAGE = { width: 1228, height: 684 };
const LARGEST = 150_000;
const writes = process.env.RDV_PICTURES === 'write';
const folder = join(root, 'test/pictures');

/** An agent that asks, one that works, one that is going to stall, and a server. */
async function staged(t: TestContext, origin: string) {
  const home = folderFor(t);
  const shop = join(home, 'src/shop');
  mkdirSync(shop, { recursive: true });
  const config = `[monitoring]\nstall_threshold_seconds = 3\n[bridge]\ntcp = true\nallowed_origins = ["${origin}"]\n`;
  const { daemon, client, bridge } = await bridged(t, { config });
  const { id: folderId } = await client.call('folder/create', { name: 'shop', path: shop });
  const place = { folderId, projectPath: shop, cols: 80, rows: 20 };
  const blocked = await agentSession(t, client, 'claude', { ...place, name: 'checkout' });
  const working = await agentSession(t, client, 'codex', { ...place, name: 'search' });
  const shell = await client.call('session/create', { ...place, name: 'server', command: ['sh', '-c', SERVER] });
  await blocked.agent.tell({ do: 'ask', kind: 'permission' });
  await working.agent.tell({ do: 'work', turn: { tool: 'Bash(npm run bench)', lines: LINES } });
  const until = (id: string, states: ('blocked' | 'working')[]) =>
    client.call('session/wait', { id, until: 'state', states, timeoutMs: 20_000 });
  await until(blocked.session.id, ['blocked']);
  await until(working.session.id, ['working']);
  return { home, daemon, client, bridge, shell, blocked, working, place };
}

const LINES = Array.from(
  { length: 400 },
  (_, i) => `  index ${i + 1}: 12,${String((i * 37) % 1000).padStart(3, '0')} documents`,
);
const STUCK = `printf '✻ Thinking… (esc to interrupt)\\n\\n%s\\n❯ \\n%s\\n' ${'─'.repeat(40)} ${'─'.repeat(40)}; exec sleep 600`;
const SERVER = `printf '\\033[32mready\\033[0m  http://localhost:3000\\n'; for i in 1 2 3 4 5 6 7 8; do
printf '\\033[2m12:00:0%d\\033[0m  \\033[36mGET\\033[0m /api/items/%d  \\033[32m200\\033[0m  1%d ms\\n' $i $i $i; done
printf '\\033[2m12:00:09\\033[0m  \\033[36mPOST\\033[0m /api/orders  \\033[31m500\\033[0m  31 ms\\n'; exec cat`;

/** How long it took to get there says nothing, nor where the test lies: the same in each picture. */
function settled(glyphs: Glyphs, home: string): Glyphs {
  const ages = ['48s', '12s', '31s', '56s'];
  let at = 0;
  return glyphs.map((line) => {
    const fixed = replaced(line, /(?<!for ?)(?: \d|\d\d)[sm](?= |$)/g, () => ages[at++ % ages.length]!);
    return replaced(
      replaced(fixed, /(?<=for )\s?\d+[sm]/g, () => '48s'),
      new RegExp(home, 'g'),
      () => '~',
    );
  });
}

/** The dashboard once each session is what it is to be. */
async function watched({ home, daemon, client, place }: Awaited<ReturnType<typeof staged>>) {
  const screen = inTerminal(daemon.home, '$RDV watch', { HOME: home, LANG: 'C.UTF-8' });
  let last = '';
  try {
    await screen.shows('q quit');
    screen.resize(SIZE.cols, SIZE.rows);
    // Later it would be said to hang. One that works on nothing takes no time of the processor either.
    const command = ['sh', '-c', STUCK, 'claude'];
    const stalled = await client.call('session/create', {
      ...place,
      name: 'invoices',
      command,
      agentProvider: 'claude',
    });
    for (;;) {
      await screen
        .shows('\x1b[?2026l')
        .catch((error) => Promise.reject(new Error(`Not so yet:\n${last}`, { cause: error })));
      const drawn = screen.text.slice(screen.text.lastIndexOf('\x1b[2J'));
      const glyphs = await glyphsOf(drawn, SIZE);
      const text = glyphs.map(textOf).join('\n');
      last = text;
      if (EXPECTED.every((row) => row.test(text))) return { glyphs: settled(glyphs, home), stalled };
    }
  } finally {
    screen.type('q');
    await screen.ended;
  }
}

const EXPECTED = [
  /2 unread/,
  /! blocked +checkout/,
  /stalled: no progress +invoices .* 2 *$/m,
  /● working +search/,
  / server /,
];

/** What a PNG says of itself. */
function sizeOf(png: Buffer) {
  assert.equal(png.subarray(1, 4).toString(), 'PNG');
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}

test('the pictures in the README are what rdv shows', { skip: withoutBrowser }, async (t) => {
  const origin = await serveGallery(t);
  const stage = await staged(t, origin);
  const { glyphs, stalled } = await watched(stage);
  const svg = svgOf(glyphs, 'rdv watch: one agent asks, one is stalled, one works, and a server runs');
  const browser = await launchBrowser(t);
  const page = await browser.newPage({ viewport: PAGE });
  await page.exposeFunction(
    'ticket',
    async (id: string) => (await stage.client.call('session/ticket', { id, origin })).token,
  );
  await page.goto(origin);
  const panes = [
    {
      sessionId: stage.blocked.session.id,
      name: 'checkout',
      state: 'blocked: it asks',
      until: 'Do you want to proceed?',
    },
    { sessionId: stage.working.session.id, name: 'search', state: 'working', until: 'documents' },
    { sessionId: stalled.id, name: 'invoices', state: 'stalled', until: 'esc to interrupt' },
    { sessionId: stage.shell.id, name: 'server', state: 'shell', until: '31 ms' },
  ];
  const shown = await showPanes(page, stage.bridge.port, panes);
  assert.deepEqual(
    panes.map(({ until }, at) => shown[at]!.includes(until)),
    [true, true, true, true],
  );
  const png = await page.screenshot();
  if (writes) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'watch.svg'), svg);
    writeFileSync(join(folder, 'web.png'), png);
  }
  assert.equal(readFileSync(join(folder, 'watch.svg'), 'utf8'), svg, 'npm run pictures draws it anew');
  const kept = readFileSync(join(folder, 'web.png'));
  assert.deepEqual([sizeOf(kept), sizeOf(png)], [PAGE, PAGE]);
  assert.ok(kept.length < LARGEST, `${kept.length} bytes`);
});
