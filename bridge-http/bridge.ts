/** The bridge, put together: listeners, endpoints, connections to the daemon, and the way out. */
import { rmSync } from 'node:fs';
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { RpcError } from '#protocol/errors';
import { createDocument } from './document.js';
import { createEvents } from './events/endpoint.js';
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
import { createMcp, type Mcp, type McpLimits } from './mcp/mcp.js';
import { createRpc } from './routes/rpc.js';
import { createRoutes } from './routes/serve.js';
import type { Settings } from './settings.js';
import { createTerminals, type TerminalLimits, type Terminals } from './terminals/terminals.js';

export interface BridgeOptions {
  /** The daemon's. */
  readonly socketPath: string;
  readonly settings: Settings;
  /** Where the port is written. */
  readonly portFile: string;
  readonly version: string;
  readonly log: Log;
  readonly limits?: Partial<HttpLimits>;
  readonly terminalLimits?: Partial<TerminalLimits>;
  readonly mcpLimits?: Partial<McpLimits>;
}

export interface Bridge {
  readonly listeners: readonly Listener[];
  /** Sees to it that what is its own has its name still. False when another bridge has taken its place. */
  check(): Promise<boolean>;
  /** No new connections; what runs is answered, terminals are told; then all is closed. Twice is harmless. */
  close(): Promise<void>;
}

/** The daemon's answers take no longer; a stream that will not end is ended. */
const DRAIN_MS = 30_000;

export async function openBridge(options: BridgeOptions): Promise<Bridge> {
  const { settings, socketPath, portFile, version, log } = options;
  const pool = createPool({ socketPath, version });
  const voucher = createVoucher(settings.serviceToken);
  const failed = (reason: string) =>
    log({ level: 'error', message: 'the keys of Cloudflare Access cannot be had', reason });
  const { access } = settings;
  const callers = createCallers(voucher, access ? createAccess({ ...access, failed }) : async () => undefined);
  const terminals = createTerminals({ pool, callers, voucher, log, limits: options.terminalLimits ?? {} });
  const events = createEvents({ pool, callers });
  const mcp = createMcp({ pool, callers, socketPath, version, limits: options.mcpLimits ?? {} });
  const webSockets = () => terminals.count + mcp.count;
  const fixed = new Map<string, Endpoint>([
    ...mcp.endpoints,
    ['GET /health', createHealth({ pool, voucher, version, webSockets })],
    ['GET /api/events', events.endpoint],
    ['GET /api/openapi.json', createDocument()],
    ['POST /api/rpc', createRpc({ pool, callers })],
  ]);
  const routes = createRoutes({ pool, callers, fixed });
  const endpoint: Endpoint = async (exchange) => {
    checkSource(exchange.request, settings.allowed);
    checkUrl(exchange.query);
    return routes(exchange);
  };
  const upgrade = createUpgrade(settings, terminals, mcp);
  const onlyUpgrades: Endpoint = async () => {
    throw new Refusal(426, 'UPGRADE_REQUIRED', 'Only WebSockets are served here.', { upgrade: 'websocket' });
  };
  const limits = options.limits ?? {};
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const listeners: Listener[] = [];
  const serve = (answering: Endpoint) => {
    const server = createHttpServer({ endpoint: answering, upgrade, log, limits });
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    servers.push(server);
    return server;
  };
  const drain = async () => {
    events.close();
    for (const listener of listeners) listener.close();
    const ended = servers.map((server) => new Promise<void>((resolve) => void server.close(() => resolve())));
    await Promise.all([terminals.close(), mcp.close()]);
    for (const server of servers) server.closeIdleConnections();
    // One that was opened ahead and has said nothing yet is not idle to the server, and would be waited for.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    await Promise.race([Promise.all(ended), delay(DRAIN_MS, undefined, { ref: false })]);
    for (const server of servers) server.closeAllConnections();
    pool.close();
  };
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= drain());
  try {
    // First what may be somebody else's: before a name is taken from the one that runs.
    if (settings.port !== undefined) listeners.push(await listenOnPort(serve(endpoint), settings.port, portFile));
    // Of one that was killed: the front end would send its token to whoever has the port now.
    else rmSync(portFile, { force: true });
    listeners.push(await listenOnSocket(serve(onlyUpgrades), settings.terminalSocket));
    listeners.push(await listenOnSocket(serve(endpoint), settings.socket));
  } catch (error) {
    await close();
    throw error instanceof RpcError ? error : new RpcError('Internal', String(error));
  }
  return { listeners, close, check: () => checkNames(listeners) };
}

function createUpgrade({ allowed }: Settings, terminals: Terminals, mcp: Mcp) {
  return async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    checkSource(request, allowed);
    if (terminals.upgrade(request, socket, head) || (await mcp.upgrade(request, socket, head))) return;
    throw new Refusal(404, 'NOT_FOUND', 'There is no WebSocket here.');
  };
}

/** The socket taken last decides who stays, so that of two bridges one does; it has the other names back. */
async function checkNames(listeners: readonly Listener[]): Promise<boolean> {
  if (listeners.at(-1)!.state() === 'taken') return false;
  for (const listener of listeners) if (listener.state() !== 'ours') await listener.restore();
  return true;
}
