/** Tokens: who may call the daemon, for whom, and what. */
import * as z from 'zod';
import { method, notification } from './define.js';
import { GrantableScope, Scope } from './scopes.js';
import { LAST_TIME } from './times.js';

export const TokenKind = z.enum(['svc', 'cli', 'mcp', 'ses', 'tkt']);
/**
 * `svc` the bridge's, which names the user it acts for; `cli` and `mcp` a user's own, from a file or made by request;
 * `ses` that of one session, dead with it; `tkt` a ticket for one terminal, good once. None stands in for another.
 */
export type TokenKind = z.infer<typeof TokenKind>;

/** Tokens made by request that a user may have at a time. */
export const KEYS_PER_USER = 10;
/** How long a ticket is good. */
export const TICKET_SECONDS = 300;

const id = z.string().min(1).max(64).describe('Token id.');
const time = z.int().nullable();

export const Token = z.object({
  id,
  kind: TokenKind,
  name: z.string(),
  keyPrefix: z.string().describe('Its first twelve characters, to tell it by.'),
  scopes: z.array(Scope),
  folderId: z.uuid().nullable().describe('It reaches this folder and what is below it, no more; null for everything.'),
  sessionId: z.uuid().nullable().describe('The session it belongs to and ends with.'),
  file: z.string().nullable().describe('The file it stands in, for the tokens of the daemon itself.'),
  createdAt: z.int().describe('Unix ms.'),
  expiresAt: time.describe('Unix ms; null for never.'),
  lastUsedAt: time.describe('Last login with it, Unix ms.'),
  revokedAt: time,
});
export type Token = z.infer<typeof Token>;

const key = z.string().describe('The token itself. It is shown this once and kept nowhere.');

export const tokenMethods = {
  'token/create': method({
    summary: 'Makes a token for a program of yours and shows it, once.',
    effect: 'write',
    concerns: { folder: ['folderId'], place: 'folderId' },
    params: z.object({
      name: z.string().trim().max(1_048_576).default('').describe('What it is for; 1-100 characters.'),
      kind: z.enum(['cli', 'mcp']).default('cli').describe('What uses it.'),
      scopes: z
        .array(GrantableScope)
        .min(1)
        .optional()
        .describe(
          'What it may do, which is no more than the token it is made with; read, write, destroy and terminal:write, as far as that may, when absent.',
        ),
      folderId: z.uuid().optional().describe('Reach only this folder and what is below it.'),
      expiresInDays: z.int().min(1).max(3650).optional().describe('After so many days it is good no more.'),
      expiresAt: z.int().min(0).max(LAST_TIME).optional().describe('The same as a time, Unix ms.'),
    }),
    result: Token.extend({ key }),
    errors: ['NotFound', 'Forbidden'],
    audit: 'before',
    args: ['name'],
    http: { routes: ['POST /api/keys', 'POST /api/tokens'], status: 201, codes: { name: 'NAME_REQUIRED' } },
    doors: ['cli'],
    example: 'rdv token create phone --scopes read,terminal:read --expires-in-days 30',
  }),

  'token/list': method({
    summary: 'Lists your tokens: what they may do and when they were used, never the tokens themselves.',
    effect: 'read',
    params: z.object({
      all: z.boolean().default(false).describe('Those of sessions too, and those that are good no more.'),
    }),
    result: z.object({ keys: z.array(Token) }),
    http: ['GET /api/keys', 'GET /api/tokens'],
    doors: ['cli'],
    example: 'rdv token list --all',
  }),

  'token/revoke': method({
    summary:
      'Ends a token and every token made with it; connections that use one end within a second. A file gets a new one.',
    effect: 'destroy',
    params: z.object({ id: id.describe('Token id; `svc` or `cli` for the one in its file.') }),
    result: z.object({ success: z.literal(true) }),
    errors: ['NotFound', 'Forbidden'],
    args: ['id'],
    http: ['DELETE /api/keys/:id', 'DELETE /api/tokens/:id'],
    doors: ['cli'],
    example: 'rdv token revoke laptop',
  }),

  'token/rotate': method({
    summary: 'Replaces a token; the old one stays good for a while, so that nobody is cut off.',
    effect: 'write',
    params: z.object({ id: id.describe('Token id; `svc` or `cli` for the one in its file.') }),
    result: Token.extend({
      key: key.nullable().describe('The new token, shown this once; null when it stands in a file.'),
      overlapUntil: z.int().describe('The old one is good until then, Unix ms.'),
    }),
    errors: ['NotFound', 'Forbidden', 'Conflict'],
    audit: 'before',
    args: ['id'],
    doors: ['cli'],
    example: 'rdv token rotate svc',
  }),

  'session/ticket': method({
    summary: 'Gives a ticket with which a page opens the terminal of a session, once and within five minutes.',
    effect: 'write',
    scope: 'terminal:read',
    concerns: { session: ['id'] },
    params: z.object({
      id: z.uuid().describe('Session id.'),
      mode: z.enum(['rw', 'ro']).default('rw').describe('`ro` may neither type nor resize.'),
      origin: z.string().max(300).optional().describe('The only web origin it is good for.'),
    }),
    result: z.object({
      token: z.string(),
      sessionId: z.uuid(),
      tmuxSessionName: z.string(),
      expiresIn: z.int().describe('Seconds.'),
    }),
    errors: ['NotFound', 'Gone'],
    audit: 'after',
    http: { routes: 'GET /api/sessions/:id/token', headers: { origin: 'Origin' } },
  }),

  'token/redeem': method({
    summary: 'Takes a ticket and tells whose it is and what for; it is good no more then.',
    effect: 'write',
    scope: 'service',
    category: 'auth',
    params: z.object({
      token: z.string().min(1).max(4096),
      sessionId: z.uuid().optional().describe('The session it must be for.'),
      origin: z.string().max(300).optional().describe('The web origin it is used from.'),
    }),
    result: z.object({ user: z.string(), sessionId: z.uuid(), mode: z.enum(['rw', 'ro']) }),
    errors: ['Unauthorized'],
    audit: 'after',
  }),
};

export const tokenNotifications = {
  'auth/rotated': notification({
    summary: 'The token of this connection was replaced: read its file again, or ask for the new one.',
    from: 'daemon',
    delivery: 'connection',
    params: z.object({
      overlapUntil: z.int().describe('The old one is good until then, Unix ms.'),
      file: z.string().nullable().describe('Where the new one stands.'),
    }),
  }),
  'token/alarmed': notification({
    summary: 'A token that was replaced or revoked was used again: somebody holds a copy.',
    from: 'daemon',
    delivery: 'event',
    params: z.object({
      seq: z.int(),
      at: z.int(),
      id,
      name: z.string(),
      reason: z.enum(['replaced', 'revoked']),
    }),
  }),
};
