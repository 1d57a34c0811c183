/** A real browser over the second protocol: a flood that arrives whole, whatever happens to the connection. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { bridged } from '../../support/bridged.js';
import { withoutBrowser } from '../../support/browser.js';
import { type Flood, openBrowser, servePage, showFlood } from '../../support/flooded.js';
import { folderFor } from '../../support/whole.js';

/** Less than what a viewer may be behind: what is printed while it is away must not be too much. */
const PART_BYTES = 800_000;

/** Coloured lines of letters of one to four bytes. */
function printed(part: number): Buffer {
  const words = ['plain', 'Größe', 'naïve', 'день', '漢字', '🙂🙃'];
  let text = '';
  for (let line = 0; text.length < PART_BYTES; line++)
    text += `\x1b[3${line % 8};1m${part}.${line} \x1b[38;5;${line % 256}m${words[line % words.length]!.repeat(8)}\x1b[0m\r\n`;
  return Buffer.from(text).subarray(0, PART_BYTES);
}

async function flooded(t: TestContext, count: number, drops: readonly number[]) {
  const origin = await servePage(t);
  const config = `[bridge]\ntcp = true\nallowed_origins = ["${origin}"]\n`;
  const { client, bridge } = await bridged(t, { config });
  const folder = folderFor(t);
  const parts = Array.from({ length: count }, (_, part) => printed(part));
  for (const [part, bytes] of parts.entries()) writeFileSync(join(folder, `${part}`), bytes);
  const script = `stty raw -echo; printf up; part=0; while head -c 1 >/dev/null; do cat ${folder}/$part; part=$((part+1)); done`;
  const { id } = await client.call('session/create', { command: ['sh', '-c', script], cols: 80, rows: 24 });
  await client.call('session/wait', { id, until: 'pattern', pattern: 'up' });
  const ticket = async () => (await client.call('session/ticket', { id, origin })).token;
  const page = await openBrowser(t, origin, ticket);
  const flood: Flood = { port: bridge.port, sessionId: id, parts: count, partBytes: PART_BYTES, drops };
  const { worstPingMs, pings, unacknowledged, ...shown } = await showFlood(page, flood);
  const sha256 = createHash('sha256').update(Buffer.concat(parts)).digest('hex');
  t.diagnostic(`worst of ${pings} pings ${worstPingMs.toFixed(1)} ms, ${unacknowledged} bytes unacknowledged at most`);
  assert.ok(unacknowledged <= 128_000, `${unacknowledged} bytes`);
  assert.deepEqual(shown, { sha256, bytes: count * PART_BYTES, gaps: 0, resumed: drops.length });
}

test('12 MB of coloured text arrive whole, never more than 128 KB unacknowledged', { skip: withoutBrowser }, (t) =>
  flooded(t, 15, []),
);

test('dropped twenty times at places of its own choosing, a page still gets every byte once', {
  skip: withoutBrowser,
}, (t) => {
  const places = Array.from({ length: 20 }, () => 1 + Math.floor(Math.random() * (5 * PART_BYTES - 100_000)));
  const drops = places.sort((a, b) => a - b);
  t.diagnostic(`dropped at ${drops.join(', ')}`);
  return flooded(t, 5, drops);
});
