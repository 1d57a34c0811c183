/** A port that passes requests on to another one, with headers added: as a front end stands before the bridge. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

export async function forwarding(t: TestContext, to: number, added: Readonly<Record<string, string>>) {
  const server = createServer((asked, answered) => {
    const passed = request({
      ...{ port: to, host: '127.0.0.1', method: asked.method, path: asked.url, agent: false },
      headers: { ...asked.headers, ...added },
    });
    passed.once('response', (response) => {
      answered.writeHead(response.statusCode!, response.headers).flushHeaders();
      response.pipe(answered);
    });
    passed.on('error', () => answered.destroy());
    answered.once('close', () => passed.destroy());
    asked.pipe(passed);
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port };
}
