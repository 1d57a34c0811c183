/** What a program reads between the brackets of a paste is the cleared text, whatever that was made of, through the real tmux. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { sanitise } from '../../../daemon/injection/sanitise.js';
import { openReal } from '../../support/backends.js';
import { hostileText } from '../../support/hostile-text.js';

const PAYLOADS = Number(process.env.RDV_FUZZ_PAYLOADS ?? 5000);
const SEED = Number(process.env.RDV_SOAK_SEED ?? 20_261_128);
/** Asked of tmux at once. */
const AT_ONCE = 200;

test(`of ${PAYLOADS} payloads each is read exactly as it was cleared`, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rdv-payloads-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'got');
  const { backend, start, printed, dead } = await openReal(t, 'tmux');
  const texts = fc
    .sample(hostileText, { numRuns: 2 * PAYLOADS, seed: SEED })
    .map((text) => sanitise(text).text)
    .filter((text) => text !== '')
    .slice(0, PAYLOADS);
  assert.equal(texts.length, PAYLOADS);
  const whole = Buffer.from(texts.map((text) => `\x1b[200~${text}\x1b[201~`).join(''));
  const script = `stty raw -echo; printf '\\033[?2004h'; echo ready; head -c ${whole.length} >'${file}'`;
  const { pane } = await start('sh', '-c', script);
  await printed(pane, 'ready');
  for (let at = 0; at < texts.length; at += AT_ONCE)
    await Promise.all(texts.slice(at, at + AT_ONCE).map((text) => backend.paste(pane, Buffer.from(text))));
  await dead(pane);
  const got = readFileSync(file);
  if (got.equals(whole)) return;
  const read = got.toString().split(/\x1b\[201~/);
  const first = texts.findIndex((text, at) => read[at] !== `\x1b[200~${text}`);
  assert.deepEqual({ first, read: read[first] }, { first, read: `\x1b[200~${texts[first]}` });
});
