/** A port that nobody uses now. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Of 127.0.0.1. Somebody else may take it before it is used, which is unlikely. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
