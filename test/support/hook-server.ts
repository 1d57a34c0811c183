/** A receiver of webhooks that answers as a test says, and keeps what it was sent. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly path: string;
  readonly method: string;
  readonly body: string;
}

export type Answer = (response: ServerResponse, count: number) => unknown;

/** On a free port of the loopback interface. `answer` may be replaced at any time. */
export async function hookServer(t: TestContext, answer: Answer = (response) => response.end()) {
  const received: Received[] = [];
  const state = { answer };
  let arrived: () => void = () => {};
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { headers, url = '', method = '' } = request;
      received.push({ headers, path: url, method, body: Buffer.concat(chunks).toString() });
      state.answer(response, received.length);
      arrived();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  t.after(close);
  const { port } = server.address() as AddressInfo;
  return {
    ...{ received, state, close, port },
    url: `http://127.0.0.1:${port}/hook?key=canary-7d2e`,
    /** Resolves once so many have come. */
    async count(wanted: number): Promise<void> {
      while (received.length < wanted) await new Promise<void>((resolve) => (arrived = resolve));
    },
  };
}
