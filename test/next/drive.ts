/** A real Next.js app in front of a real bridge and daemon, used in a real browser. Run by `npm run test:next`. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { WebSocket } from 'ws';
import { startBridge } from '../support/bridged.js';
import { launchBrowser } from '../support/browser.js';
import { whole } from '../support/whole.js';
import { app, build, type Mode, removeBuilds, SECRET, startNext, writeProxy } from './server.js';

let browser: Browser;
let closeBrowser = async () => {};
before(async () => {
  writeProxy();
  browser = await launchBrowser({
    after(close) {
      closeBrowser = close;
    },
  });
});
after(async () => {
  await closeBrowser();
  removeBuilds();
});

interface Front {
  readonly page: Page;
  readonly url: string;
  readonly home: string;
  restartBridge(): Promise<void>;
}

/** Everything real, and gone after the test. */
async function front(t: TestContext, mode: Mode): Promise<Front & Awaited<ReturnType<typeof whole>>> {
  const { daemon, client } = await whole(t, {
    config: '[bridge]\ntcp = true\n',
    // A shell of which nobody has set anything: what people have in theirs may take its time.
    environment: { SHELL: '/bin/sh' },
  });
  let bridge = await startBridge(t, daemon.home);
  const context = await browser.newContext();
  // Before Next: it ends only when nobody listens to it any more.
  t.after(() => context.close());
  const next = await startNext(mode, { REMOTE_DEV_DIR: daemon.home, RDV_USER: 'ann' });
  t.after(() => next.stop());
  // The first page of `next dev` is compiled when it is asked for.
  context.setDefaultTimeout(90_000);
  const page = await context.newPage();
  await page.goto(next.url);
  const restartBridge = async () => {
    await bridge.stop();
    bridge = await startBridge(t, daemon.home);
  };
  return { daemon, client, page, url: next.url, home: daemon.home, restartBridge };
}

const stateIs = (page: Page, state: RegExp) => page.locator('#state').filter({ hasText: state }).waitFor();

/** Until the terminal shows it on a line of its own. */
async function shows(page: Page, line: string): Promise<void> {
  const seen = page.waitForFunction((wanted) => (globalThis as any).lines().includes(wanted), line);
  await seen.catch(async (error) => {
    throw new Error(`${line} was not shown:\n${await page.evaluate(() => (globalThis as any).lines().join('\n'))}`, {
      cause: error,
    });
  });
}

async function type(page: Page, text: string): Promise<void> {
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

const create = (page: Page) => page.getByRole('button', { name: 'New session' }).click();
const listed = (page: Page, name: string) => page.getByRole('button', { name }).waitFor();

async function use(t: TestContext, mode: Mode): Promise<void> {
  const { page, client, restartBridge } = await front(t, mode);
  await page.locator('#events').filter({ hasText: 'open' }).waitFor();

  await create(page);
  await listed(page, 'page 1 (active)');
  await stateIs(page, /ready/);
  await type(page, "echo 'one''two'");
  await shows(page, 'onetwo');
  await type(page, "printf '\\303\\244\\342\\202\\254\\n'");
  await shows(page, 'ä€');

  await page.evaluate(() => (globalThis as any).terminal.resize(100, 30));
  await type(page, 'stty size');
  await shows(page, '30 100');

  await page.reload();
  await stateIs(page, /resumed/);
  await shows(page, 'onetwo');
  await type(page, "echo after''reload");
  await shows(page, 'afterreload');

  await client.call('token/rotate', { id: 'svc' });
  await create(page);
  await listed(page, 'page 2 (active)');
  await stateIs(page, /ready/);
  await type(page, "echo new''token");
  await shows(page, 'newtoken');

  await restartBridge();
  await stateIs(page, /resumed/);
  await type(page, "echo new''bridge");
  await shows(page, 'newbridge');
  await page.locator('#events').filter({ hasText: 'open' }).waitFor();
  assert.equal(await page.getByRole('alert').first().textContent(), '');
}

test('next dev: listed, created, typed, seen, resized, reloaded, with a new token, over a new bridge', (t) =>
  use(t, 'dev'));

test('next build holds no token, though the data folder lies under the project', () => {
  build();
  const found = filesIn(join(app, '.next/standalone')).filter((path) => readFileSync(path).includes(SECRET));
  assert.deepEqual(found, []);
});

for (const mode of ['start', 'standalone'] as const)
  test(`next ${mode}: listed, created, typed, seen, resized, reloaded, with a new token, over a new bridge`, (t) =>
    use(t, mode));

test('an event stream without events lives longer than a proxy lets it idle', { timeout: 90_000 }, async (t) => {
  const { page } = await front(t, 'standalone');
  const states = page.evaluate(async () => {
    const source = new EventSource('/api/events');
    let opened = 0;
    let lost = 0;
    source.onopen = () => opened++;
    source.onerror = () => lost++;
    await new Promise((resolve) => setTimeout(resolve, 35_000));
    source.close();
    return { opened, lost };
  });
  assert.deepEqual(await states, { opened: 1, lost: 0 });
});

test('what a browser smuggles in is not believed, and what is too large is refused', async (t) => {
  const { page, url, daemon } = await front(t, 'start');
  await create(page);
  await listed(page, 'page 1 (active)');
  const ask = (path: string, init: object = {}) =>
    page.evaluate(
      async ([path, init]) => {
        const answer = await fetch(path, init);
        return { status: answer.status, body: (await answer.json()) as any };
      },
      [path, init] as const,
    );
  const seen = async (headers: object) => (await ask('/api/sessions', { headers })).body.sessions.length;
  assert.deepEqual([await seen({ 'x-rdv-user-id': 'bob' }), await seen({ 'x-rdv-service-token': 'forged' })], [1, 1]);
  const headers = { 'content-type': 'application/json' };
  const large = await ask('/api/folders', { method: 'POST', headers, body: JSON.stringify('x'.repeat(2e6)) });
  assert.deepEqual([large.status, large.body.code], [413, 'BODY_TOO_LARGE']);
  const missing = await ask('/api/nowhere');
  assert.deepEqual([missing.status, missing.body.code], [404, 'NOT_FOUND']);

  const [{ id }] = (await ask('/api/sessions')).body.sessions;
  const foreign = new WebSocket(`${url.replace('http', 'ws')}/ws/terminal/${id}`, { origin: 'https://evil.example' });
  const [response] = await once(foreign, 'unexpected-response').then(([, got]) => [got]);
  assert.equal(response.statusCode, 403);
  foreign.on('error', () => {}).terminate();

  const nobody = await startNext('start', { REMOTE_DEV_DIR: daemon.home });
  t.after(() => nobody.stop());
  assert.equal((await fetch(`${nobody.url}/api/sessions`)).status, 401);
  const refused = new WebSocket(`${nobody.url.replace('http', 'ws')}/ws/terminal/${id}`);
  refused.on('error', () => {});
  const [code] = await once(refused, 'close');
  assert.equal(code, 4001);
});

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
