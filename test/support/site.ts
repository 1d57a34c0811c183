/** A page for a browser, with the terminal of xterm.js, on a port of its own: an origin that the bridge must allow. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { root } from './documents.js';

/** `/xterm.js` and `/xterm.css` are there beside it. Returns the origin; it is closed with the test. */
export async function serveSite(t: TestContext, html: string): Promise<string> {
  const file = (name: string) => readFileSync(join(root, 'node_modules/@xterm/xterm', name));
  const files: Record<string, [string, string | Buffer]> = {
    '/': ['text/html', html],
    '/xterm.js': ['text/javascript', file('lib/xterm.js')],
    '/xterm.css': ['text/css', file('css/xterm.css')],
  };
  const server = createServer((request, response) => {
    const [type, body] = files[request.url ?? ''] ?? ['text/plain', ''];
    response.writeHead(200, { 'content-type': type }).end(body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
