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
import type { Identity } from './identity.js';
import type { Limits } from './limits.js';
import { seal } from './seal.js';
import type { AnyHandler } from './serve.js';

/** Every method but those of the connection itself, which this floor serves. */
export type ServedMethods = Omit<Methods, keyof typeof lifecycleMethods>;

export interface Credentials {
  readonly token: string | undefined;
  readonly user: string | undefined;
  /** The user of a connection that goes on with another token; undefined for one that logs in. */
  readonly as?: string;
}

/** Tells whose connection this is. Throws Unauthorized, or RateLimited after too many failures. */
export type Login = (credentials: Credentials, connection: string) => Identity | Promise<Identity>;

export interface Stopping {
  /** Another daemon takes over at once. */
  readonly restarting: boolean;
}

export interface HandshakeDeps {
  readonly handlers: Handlers<ServedMethods>;
  readonly login: Login;
  readonly serverInfo: Result<'initialize'>['serverInfo'];
  readonly discover: () => object;
  readonly limits: Limits;
  /** Undefined as long as the daemon does not stop. */
  readonly stopping: () => Stopping | undefined;
}

export interface Handshake {
  /** Undefined before the login. */
  readonly identity: Identity | undefined;
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
  let identity: Identity | undefined;
  let failures = 0;

  async function enter(credentials: Credentials): Promise<Identity> {
    const before = phase;
    // A connection that goes on with another token is not held up by it.
    if (before === 'new') phase = 'entering';
    try {
      const entered = await deps.login(credentials, events.connectionId);
      identity = identity ? sameUser(identity, entered) : entered;
      phase = 'ready';
      return identity;
    } catch (error) {
      phase = before;
      if (++failures === LOGINS) events.givenUp();
      throw error;
    }
  }

  async function initialize(params: Parsed<'initialize'>): Promise<Result<'initialize'>> {
    const protocolVersion = agree(params.protocolVersion);
    const { user, scopes, sessionId = null } = await enter({ token: params.token, user: params.user });
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
      user,
      scopes: [...scopes],
      sessionId,
      connectionId: events.connectionId,
    };
  }

  async function refresh({ token }: Parsed<'auth/refresh'>): Promise<Result<'auth/refresh'>> {
    // Only a service token names its user; it is asked again for the same one.
    const user = identity?.kind === 'svc' && identity.user !== '' ? identity.user : undefined;
    const { scopes } = await enter({ token, user, as: identity?.user ?? '' });
    return { success: true, scopes: [...scopes] };
  }

  function shutdown(): Result<'shutdown'> {
    phase = 'left';
    events.left();
    return { success: true };
  }

  return {
    get identity() {
      return identity;
    },
    handlerOf(name) {
      if (phase === 'left')
        throw new RpcError('InvalidRequest', 'This connection was shut down; only `exit` may follow.');
      const stopping = deps.stopping();
      if (name === 'initialize') {
        if (stopping) throw notBegun(stopping);
        if (phase !== 'new') throw new RpcError('InvalidRequest', 'Initialize was called already; it is called once.');
        return initialize;
      }
      if (phase !== 'ready') throw new RpcError('NotInitialized', 'Call initialize first and wait for its answer.');
      if (name === 'shutdown') return shutdown;
      if (name === 'auth/refresh') return refresh;
      if (name === 'rpc.discover') return () => document(deps.discover);
      if (stopping) throw notBegun(stopping);
      return deps.handlers[name];
    },
  };
}

/** The code tells a program that it may ask again: nothing was done. */
function notBegun({ restarting }: Stopping): RpcError {
  const code = restarting ? 'RESTARTING' : 'STOPPING';
  const what = restarting ? 'being restarted' : 'stopping';
  return new RpcError('Unavailable', `The daemon is ${what}. Connect again in a moment.`, { code });
}

/** Throws Forbidden: what a connection has open belongs to one user. */
function sameUser(before: Identity, now: Identity): Identity {
  if (before.user === now.user) return now;
  throw new RpcError('Forbidden', 'This token acts for another user. Open a new connection for it.');
}

function agree(asked: number): number {
  if (asked >= OLDEST_PROTOCOL_VERSION) return Math.min(asked, PROTOCOL_VERSION);
  const count = PROTOCOL_VERSION - OLDEST_PROTOCOL_VERSION + 1;
  const supported = Array.from({ length: count }, (_, i) => OLDEST_PROTOCOL_VERSION + i);
  const message = `Protocol ${asked} is no longer served, only ${supported.join(', ')}; update the client.`;
  throw new RpcError('UnsupportedVersion', message, { details: { supported } });
}

const documents = new WeakMap<() => object, Result<'rpc.discover'>>();

/** The document is the same for the life of the daemon, so it is asked for and serialised once. */
function document(discover: () => object): Result<'rpc.discover'> {
  const known = documents.get(discover) ?? seal('rpc.discover', discover() as Result<'rpc.discover'>);
  documents.set(discover, known);
  return known;
}
