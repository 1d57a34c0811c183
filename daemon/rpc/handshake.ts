/** How a connection begins and ends for its client: initialize and log in, use the table, shut down. */
import {
  allMethods,
  allNotifications,
  type lifecycleMethods,
  type MethodName,
  type Methods,
  OLDEST_PROTOCOL_VERSION,
  type Parsed,
  PROTOCOL_VERSION,
  type Result,
  RpcError,
} from '#protocol';
import type { Handlers } from './handlers.js';
import type { Limits } from './limits.js';
import { seal } from './seal.js';
import type { AnyHandler } from './serve.js';

/** Every method but those of the connection itself, which this floor serves. */
export type ServedMethods = Omit<Methods, keyof typeof lifecycleMethods>;

export interface Credentials {
  readonly token: string | undefined;
  readonly user: string | undefined;
}

/** Tells whose connection this is. Throws Unauthorized. */
export type Login = (credentials: Credentials) => { user: string } | Promise<{ user: string }>;

export interface HandshakeDeps {
  readonly handlers: Handlers<ServedMethods>;
  readonly login: Login;
  readonly serverInfo: Result<'initialize'>['serverInfo'];
  readonly discover: () => object;
  readonly limits: Limits;
  readonly stopping: () => boolean;
}

export interface Handshake {
  readonly user: string | undefined;
  handlerOf(name: MethodName): AnyHandler;
}

export interface HandshakeEvents {
  readonly connectionId: string;
  loggedIn(): void;
  /** The last allowed login failed; the refusal is not sent yet. */
  givenUp(): void;
  /** The client wants no more answers. */
  left(): void;
}

const LOGINS = 3;

export function createHandshake(deps: HandshakeDeps, events: HandshakeEvents): Handshake {
  let phase: 'new' | 'entering' | 'ready' | 'left' = 'new';
  let user: string | undefined;
  let failures = 0;

  async function enter({ token, user: asked }: Parsed<'initialize'>): Promise<string> {
    phase = 'entering';
    try {
      user = (await deps.login({ token, user: asked })).user;
      phase = 'ready';
      return user;
    } catch (error) {
      phase = 'new';
      if (++failures === LOGINS) events.givenUp();
      throw error;
    }
  }

  async function initialize(params: Parsed<'initialize'>): Promise<Result<'initialize'>> {
    const protocolVersion = agree(params.protocolVersion);
    const loggedIn = await enter(params);
    events.loggedIn();
    const { bodyBytes, requestsInFlight, outboundSoftBytes, outboundHardBytes } = deps.limits;
    return {
      serverInfo: deps.serverInfo,
      protocolVersion,
      capabilities: {
        methods: allMethods.map(([name]) => name),
        notifications: allNotifications.map(([name]) => name),
        limits: { bodyBytes, requestsInFlight, outboundSoftBytes, outboundHardBytes },
      },
      user: loggedIn,
      connectionId: events.connectionId,
    };
  }

  function shutdown(): Result<'shutdown'> {
    phase = 'left';
    events.left();
    return { success: true };
  }

  return {
    get user() {
      return user;
    },
    handlerOf(name) {
      if (phase === 'left')
        throw new RpcError('InvalidRequest', 'This connection was shut down; only `exit` may follow.');
      if (name === 'initialize') {
        if (phase !== 'new') throw new RpcError('InvalidRequest', 'Initialize was called already; it is called once.');
        return initialize;
      }
      if (phase !== 'ready') throw new RpcError('NotInitialized', 'Call initialize first and wait for its answer.');
      if (name === 'shutdown') return shutdown;
      if (name === 'rpc.discover') return () => document(deps.discover);
      if (deps.stopping()) throw new RpcError('Unavailable', 'The daemon is stopping; connect again in a moment.');
      return deps.handlers[name];
    },
  };
}

function agree(asked: number): number {
  if (asked >= OLDEST_PROTOCOL_VERSION) return Math.min(asked, PROTOCOL_VERSION);
  const count = PROTOCOL_VERSION - OLDEST_PROTOCOL_VERSION + 1;
  const supported = Array.from({ length: count }, (_, i) => OLDEST_PROTOCOL_VERSION + i);
  const message = `Protocol ${asked} is no longer served, ${supported.join(', ')} are; update the client.`;
  throw new RpcError('UnsupportedVersion', message, { details: { supported } });
}

const documents = new WeakMap<() => object, Result<'rpc.discover'>>();

/** The document is the same for the life of the daemon, so it is asked for and serialised once. */
function document(discover: () => object): Result<'rpc.discover'> {
  const known = documents.get(discover) ?? seal('rpc.discover', discover() as Result<'rpc.discover'>);
  documents.set(discover, known);
  return known;
}
