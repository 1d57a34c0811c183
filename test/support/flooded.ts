/** A page in a real browser that shows a terminal with xterm.js over the second protocol, counts and hashes what it gets. */
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { launchBrowser } from './browser.js';
import { serveSite } from './site.js';

/** What the page tells at the end. */
export interface Shown {
  readonly sha256: string;
  readonly bytes: number;
  /** Most bytes it had and had not acknowledged. */
  readonly unacknowledged: number;
  readonly worstPingMs: number;
  readonly pings: number;
  readonly gaps: number;
  readonly resumed: number;
}

export interface Flood {
  /** Of the bridge. */
  readonly port: number;
  readonly sessionId: string;
  /** Each part is printed when a line is typed. */
  readonly parts: number;
  readonly partBytes: number;
  /** Places in the output at which the page drops its connection. */
  readonly drops: readonly number[];
}

/** Serves the page; the bridge must allow its origin. */
export const servePage = (t: TestContext): Promise<string> =>
  serveSite(t, '<!doctype html><div id="screen"></div><script src="/xterm.js"></script>');

export async function openBrowser(t: TestContext, origin: string, ticket: () => Promise<string>): Promise<Page> {
  const browser = await launchBrowser(t);
  const page = await browser.newPage();
  await page.exposeFunction('ticket', ticket);
  await page.goto(origin);
  return page;
}

/** Runs in the page until every part has come. */
export function showFlood(page: Page, flood: Flood): Promise<Shown> {
  return page.evaluate(`(${SHOW})(${JSON.stringify(flood)})`);
}

const SHOW = `async ({ port, sessionId, parts, partBytes, drops }) => {
  const terminal = new Terminal({ cols: 80, rows: 24, scrollback: 1000 });
  terminal.open(document.getElementById('screen'));
  const seen = { bytes: 0, unacknowledged: 0, worstPingMs: 0, pings: 0, gaps: 0, resumed: 0 };
  const kept = [];
  let start, place, acked, dropAt = drops.shift(), asked = 0, finish, socket, pinged;
  const whole = new Promise((resolve) => (finish = resolve));
  const type = (text) => socket.send(Uint8Array.of(0, ...new TextEncoder().encode(text)));
  const next = () => { if (asked < parts) { asked++; type('\\n'); } };
  const output = (mine, frame) => {
    const offset = Number(new DataView(frame).getBigUint64(1));
    if (offset !== place.offset) throw new Error('a hole');
    const data = new Uint8Array(frame, 9);
    kept.push(data);
    place.offset += data.length;
    seen.bytes += data.length;
    seen.unacknowledged = Math.max(seen.unacknowledged, place.offset - acked);
    const end = place.offset;
    terminal.write(data, () => {
      if (mine !== socket || end - acked < 5000) return;
      acked = end;
      socket.send(JSON.stringify({ type: 'ack', offset: end }));
    });
    if (seen.bytes === asked * partBytes) { if (asked === parts) finish(); else next(); }
    if (seen.bytes >= dropAt) { dropAt = drops.shift(); socket = undefined; pinged = undefined; mine.close(); connect(); }
  };
  const connect = async () => {
    const token = await ticket();
    const mine = new WebSocket('ws://127.0.0.1:' + port + '/ws?token=' + token + '&sessionId=' + sessionId, 'rdv.terminal.v2');
    mine.binaryType = 'arraybuffer';
    socket = mine;
    mine.onopen = () => mine.send(JSON.stringify({ type: 'hello', cols: 80, rows: 24, flow: true, mode: 'rw', resume: place }));
    mine.onmessage = ({ data }) => {
      if (mine !== socket) return;
      if (data instanceof ArrayBuffer) return output(mine, data);
      const frame = JSON.parse(data);
      if (frame.type === 'ready') {
        const first = !place;
        place = { epoch: frame.epoch, offset: frame.offset };
        acked = frame.offset;
        if (frame.resumed) seen.resumed++;
        if (first) next();
        else if (seen.bytes === asked * partBytes && asked < parts) next();
      }
      if (frame.type === 'gap') seen.gaps++;
      if (frame.type === 'error') throw new Error(frame.message);
      if (frame.type === 'pong' && pinged) {
        seen.worstPingMs = Math.max(seen.worstPingMs, performance.now() - pinged);
        seen.pings++;
        pinged = undefined;
      }
    };
  };
  const pinging = setInterval(() => {
    if (!socket || socket.readyState !== 1 || !place || pinged) return;
    pinged = performance.now();
    socket.send(JSON.stringify({ type: 'ping' }));
  }, 20);
  await connect();
  await whole;
  clearInterval(pinging);
  const hash = await crypto.subtle.digest('SHA-256', await new Blob(kept).arrayBuffer());
  socket.close();
  return { ...seen, sha256: [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('') };
}`;
