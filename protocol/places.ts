/** What the OpenAPI document says besides the routes of methods: other paths, how to log in, how failures look. */
import { errors } from './errors.js';

const json = (schema: object) => ({ 'application/json': { schema } });
const text = { type: 'string' };
const whole = { type: 'integer' };

/** Without a token; nothing in it is secret. */
export const Health = {
  type: 'object' as const,
  properties: {
    status: { type: 'string' as const, enum: ['healthy', 'degraded'] },
    version: { type: 'string' as const },
    uptime_seconds: { type: 'integer' as const },
    components: {
      type: 'object' as const,
      properties: { database: { type: 'boolean' as const }, tmux: { type: 'boolean' as const } },
      required: ['database', 'tmux'],
    },
    metrics: {
      type: 'object' as const,
      properties: {
        active_sessions: { type: 'integer' as const },
        websocket_connections: { type: 'integer' as const },
        pending_requests: { type: 'integer' as const },
      },
      required: ['active_sessions', 'websocket_connections', 'pending_requests'],
    },
  },
  required: ['status', 'version', 'uptime_seconds', 'components', 'metrics'],
};

const health = { $ref: '#/components/schemas/Health' };

const statuses: Readonly<Record<string, string>> = {
  400: 'Something in the request is wrong.',
  401: 'Nobody is let in with this token, or without one.',
  403: 'The token or the page may not do this.',
  404: 'There is no such thing, or it is not yours.',
  409: 'What is there stands against it.',
  410: 'What it was to be done to has ended.',
  413: 'Too large.',
  426: 'Another version is needed.',
  429: 'Too many at a time: try again after `Retry-After` seconds.',
  500: 'A bug; the log tells more.',
  503: 'The daemon is away, or cannot do it now.',
  504: 'The daemon did not answer in time.',
  other: 'Any other failure.',
};

const refer = (status: number | 'other') => ({ $ref: `#/components/responses/Failure${named(status)}` });
const named = (status: number | string) => (status === 'other' ? '' : String(status));

export const failures = {
  refer,
  schemas: {
    Failure: {
      type: 'object',
      properties: {
        error: { type: 'string', description: 'For people.' },
        code: { type: 'string', description: 'For programs, such as `SESSION_NOT_FOUND`.' },
        details: { description: 'What more there is to say: of wrong fields, each with its path.' },
      },
      required: ['error', 'code'],
    },
  },
  responses: Object.fromEntries(
    Object.entries(statuses).map(([status, description]) => [
      `Failure${named(status)}`,
      { description, content: json({ $ref: '#/components/schemas/Failure' }) },
    ]),
  ),
};

export const schemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A token of your own: `rdv token create`.' },
  serviceToken: { type: 'apiKey', in: 'header', name: 'X-RDV-Service-Token', description: 'That of the front end.' },
  user: { type: 'apiKey', in: 'header', name: 'X-RDV-User-ID', description: 'For whom the front end asks.' },
  access: { type: 'apiKey', in: 'header', name: 'Cf-Access-Jwt-Assertion', description: 'Set by Cloudflare Access.' },
};

const call = {
  type: 'object',
  properties: {
    jsonrpc: { const: '2.0' },
    id: { type: ['string', 'integer'] },
    method: text,
    params: { type: 'object' },
  },
  required: ['jsonrpc', 'id', 'method'],
};

const outcome = {
  type: 'object',
  properties: {
    jsonrpc: { const: '2.0' },
    id: { type: ['string', 'integer', 'null'] },
    result: { type: 'object', description: 'Times are integers, Unix ms.' },
    error: {
      type: 'object',
      properties: {
        code: { type: 'integer', enum: Object.values(errors).map(({ code }) => code) },
        message: text,
        data: {},
      },
      required: ['code', 'message'],
    },
  },
  required: ['jsonrpc', 'id'],
};

const refused = { 401: refer(401), 403: refer(403), 429: refer(429), 503: refer(503), default: refer('other') };

const streamed = {
  operationId: 'events',
  summary: 'Tells what happens as Server-Sent Events; `resync` means that something was missed: read the lists again.',
  tags: ['bridge'],
  parameters: [
    {
      ...{ name: 'names', in: 'query', required: false, description: 'Only these events; all when absent.' },
      ...{ schema: { type: 'array', items: text }, style: 'form', explode: false },
    },
    {
      ...{ name: 'lastEventId', in: 'query', required: false, schema: whole },
      description: 'Go on after this id, for clients that cannot set the header.',
    },
    {
      ...{ name: 'Last-Event-ID', in: 'header', required: false, schema: whole },
      description: 'Go on after this id.',
    },
  ],
  responses: {
    200: {
      description: 'Each event: its place as `id`, its name as `event`, what it tells as JSON in `data`.',
      content: { 'text/event-stream': { schema: text } },
    },
    400: refer(400),
    ...refused,
  },
};

/** Paths that are no methods. */
export const places = {
  '/health': {
    get: {
      operationId: 'health',
      summary: 'Tells whether rdv can do its work.',
      tags: ['bridge'],
      security: [],
      responses: {
        200: { description: 'It can.', content: json(health) },
        503: { description: 'Something is wrong, or the daemon is away.', content: json(health) },
      },
    },
  },
  '/api/events': { get: streamed },
  '/api/rpc': {
    post: {
      operationId: 'rpc',
      summary: 'Calls any method that does not belong to a connection, as JSON-RPC 2.0; no batches, no notifications.',
      tags: ['bridge'],
      requestBody: { required: true, content: json(call) },
      responses: {
        200: { description: 'The result, or the error, of the call.', content: json(outcome) },
        400: { description: 'It is no call.', content: json(outcome) },
        ...refused,
      },
    },
  },
  '/api/openapi.json': {
    get: {
      operationId: 'openapi',
      summary: 'Returns this document.',
      tags: ['bridge'],
      security: [],
      responses: { 200: { description: 'OpenAPI 3.1.', content: json({ type: 'object' }) } },
    },
  },
};
