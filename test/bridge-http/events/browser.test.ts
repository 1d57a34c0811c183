/** A real browser's EventSource reads the stream, and goes on by itself after the bridge was away. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { bridged, startBridge } from '../../support/bridged.js';
import { launchBrowser, withoutBrowser } from '../../support/browser.js';
import { freePort } from '../../support/port.js';

test("a page's EventSource is told everything once, over a restart of the bridge", {
  skip: withoutBrowser,
}, async (t) => {
  const port = await freePort();
  const { bridge, daemon } = await bridged(t, { config: `[bridge]\ntcp = true\nport = ${port}\n` });
  const browser = await launchBrowser(t);
  const token = readFileSync(bridge.paths.serviceToken, 'utf8').trim();
  const page = await browser.newPage({ extraHTTPHeaders: { 'x-rdv-service-token': token, 'x-rdv-user-id': 'ann' } });
  await page.goto(`http://127.0.0.1:${port}/health`);
  await page.evaluate(`
    window.told = [];
    window.source = new EventSource('/api/events');
    source.addEventListener('folder/created', ({ data }) => told.push(JSON.parse(data).folder.name));
    source.addEventListener('resync', () => told.push('resync'));
    new Promise((resolve) => { source.onopen = resolve; });
  `);
  const until = (count: number) => page.waitForFunction(`told.length >= ${count}`);
  await bridge.as('ann')('POST', '/api/folders', { name: 'one' });
  await until(1);
  await bridge.stop();
  const next = await startBridge(t, daemon.home);
  await next.as('ann')('POST', '/api/folders', { name: 'two' });
  await until(2);
  await next.as('ann')('POST', '/api/folders', { name: 'three' });
  await until(3);
  assert.deepEqual(await page.evaluate('told'), ['one', 'two', 'three']);
});
