/** The life of one connection: initialize first, shutdown and exit last. Nothing here concerns the daemon's own life. */
import * as z from 'zod';
import { method, notification } from './define.js';
import { Scope } from './scopes.js';
import { PROTOCOL_VERSION } from './version.js';

/** What one connection may use. Bytes count UTF-8; a breach is answered (or the connection ended) as `rpc.discover` says. */
export const limits = {
  headerBytes: 1024,
  bodyBytesBeforeLogin: 16 * 1024,
  bodyBytes: 4 * 1024 * 1024,
  handshakeMs: 5000,
  frameMs: 5000,
  requestsInFlight: 64,
  /** Above this many unsent bytes a connection's streams are moved forward instead of queued. */
  outboundSoftBytes: 1024 * 1024,
  /** Above this many unsent bytes the connection is ended. */
  outboundHardBytes: 8 * 1024 * 1024,
  connections: 256,
  /** Logged in with one token, so that a program gone wild leaves room for the others. */
  connectionsPerToken: 128,
  jsonDepth: 64,
} as const;

const Limits = z.object({
  bodyBytes: z.int(),
  requestsInFlight: z.int(),
  outboundSoftBytes: z.int(),
  outboundHardBytes: z.int(),
});

export const lifecycleMethods = {
  initialize: method({
    summary: 'Logs in and agrees on a protocol version; must be the first request of a connection.',
    effect: 'read',
    category: 'auth',
    concerns: {},
    params: z.object({
      clientInfo: z
        .object({ name: z.string().max(100), version: z.string().max(100).optional() })
        .optional()
        .describe('Who calls; shown in the log.'),
      protocolVersion: z.int().min(0).default(PROTOCOL_VERSION).describe('The newest protocol the client knows.'),
      capabilities: z
        .record(z.string(), z.unknown())
        .optional()
        .describe('What the client can do; unknown ones are ignored.'),
      token: z.string().max(4096).optional().describe('The content of the token file.'),
      user: z.string().max(200).optional().describe('The user to act for; only a service token may name one.'),
    }),
    result: z.object({
      serverInfo: z.object({ name: z.string(), version: z.string() }),
      protocolVersion: z.int().describe('The protocol both sides now speak.'),
      capabilities: z.object({
        methods: z.array(z.string()),
        notifications: z.array(z.string()),
        limits: Limits,
      }),
      user: z.string().describe('Empty for a service token that named none: it may only do what needs no user.'),
      scopes: z.array(Scope).describe('What the token may do, with all that is implied.'),
      sessionId: z.uuid().nullable().describe('The session whose own token it is; null for any other.'),
      connectionId: z.string(),
    }),
    errors: ['UnsupportedVersion'],
  }),

  'auth/refresh': method({
    summary: 'Goes on with another token for the same user, without a new connection.',
    effect: 'read',
    category: 'auth',
    concerns: {},
    params: z.object({ token: z.string().max(4096) }),
    result: z.object({ success: z.literal(true), scopes: z.array(Scope) }),
  }),

  shutdown: method({
    summary: 'Ends the use of this connection: running requests are cancelled and only `exit` may follow.',
    effect: 'read',
    concerns: {},
    params: z.object({}),
    result: z.object({ success: z.literal(true) }),
  }),

  'rpc.discover': method({
    summary: 'Returns the OpenRPC document of this daemon.',
    effect: 'read',
    concerns: {},
    params: z.object({}),
    result: z.looseObject({ openrpc: z.string() }),
  }),
};

export const lifecycleNotifications = {
  initialized: notification({
    summary: 'The client has read the answer to initialize.',
    from: 'client',
    delivery: 'connection',
    params: z.object({}),
  }),
  exit: notification({
    summary: 'The client is done; the daemon closes this connection.',
    from: 'client',
    delivery: 'connection',
    params: z.object({}),
  }),
  '$/cancelRequest': notification({
    summary: 'The client no longer wants the answer to a request; the request ends with Cancelled.',
    from: 'client',
    delivery: 'connection',
    params: z.object({ id: z.union([z.string(), z.int()]) }),
  }),
  '$/progress': notification({
    summary: 'How far a request has come; sent when its params carried a `progressToken`.',
    from: 'daemon',
    delivery: 'connection',
    params: z.object({ token: z.union([z.string(), z.int()]), value: z.unknown() }),
  }),
};
