/** The bridge, put together: listeners, endpoints, connections to the daemon, and the way out. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { RpcError } from '#protocol/errors';
import { createHealth } from './health.js';
import type { Endpoint } from './http/exchange.js';
import { checkSource, checkUrl } from './http/gate.js';
import { type Listener, listenOnPort, listenOnSocket } from './http/listen.js';
import { Refusal } from './http/refusal.js';
import { createHttpServer, type HttpLimits, type Log } from './http/server.js';
import { createAccess } from './identity/access.js';
import { createCallers } from './identity/headers.js';
import { createPool } from './identity/pool.js';
import { createVoucher } from './identity/vouch.js';
import { createRoutes } from './routes/serve.js';
import type { Settings } from './settings.js';

export interface BridgeOptions {
  /** The daemon's. */
  readonly socketPath: string;
  readonly settings: Settings;
  /** Where the port is written. */
  readonly portFile: string;
  readonly version: string;
  readonly log: Log;
  readonly limits?: Partial<HttpLimits>;
}

export interface Bridge {
  readonly listeners: readonly Listener[];
  /** No new connections; what runs is answered, terminals are told; then all is closed. Twice is harmless. */
  close(): Promise<void>;
}

export async function openBridge(options: BridgeOptions): Promise<Bridge> {
  const { settings, socketPath, portFile, version, log } = options;
  const pool = createPool({ socketPath, version });
  const voucher = createVoucher(settings.serviceToken);
  const failed = (reason: string) =>
    log({ level: 'error', message: 'the keys of Cloudflare Access cannot be had', reason });
  const { access } = settings;
  const callers = createCallers(voucher, access ? createAccess({ ...access, failed }) : async () => undefined);
  const routes = createRoutes({ pool, callers });
  const fixed = new Map<string, Endpoint>([
    ['GET /health', createHealth({ pool, voucher, version, webSockets: () => 0 })],
  ]);
  const endpoint: Endpoint = async (exchange) => {
    const { request, path, query } = exchange;
    checkSource(request, settings.allowed);
    checkUrl(query);
    return (fixed.get(`${request.method} ${path}`) ?? routes)(exchange);
  };
  const upgrade = async (request: IncomingMessage, _socket: Duplex, _head: Buffer) => {
    checkSource(request, settings.allowed);
    throw new Refusal(404, 'NOT_FOUND', 'There is no WebSocket here.');
  };
  const onlyUpgrades: Endpoint = async () => {
    throw new Refusal(426, 'UPGRADE_REQUIRED', 'Only WebSockets are served here.', { upgrade: 'websocket' });
  };
  const limits = options.limits ?? {};
  const servers: Server[] = [];
  const listeners: Listener[] = [];
  const serve = (answering: Endpoint) => {
    const server = createHttpServer({ endpoint: answering, upgrade, log, limits });
    servers.push(server);
    return server;
  };
  const close = async () => {
    for (const listener of listeners) listener.close();
    for (const server of servers) server.closeIdleConnections();
    pool.close();
  };
  try {
    listeners.push(await listenOnSocket(serve(endpoint), settings.socket));
    listeners.push(await listenOnSocket(serve(onlyUpgrades), settings.terminalSocket));
    if (settings.port !== undefined) listeners.push(await listenOnPort(serve(endpoint), settings.port, portFile));
  } catch (error) {
    await close();
    throw error instanceof RpcError ? error : new RpcError('Internal', String(error));
  }
  return { listeners, close };
}
