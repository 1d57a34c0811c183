/** What a token is, whether it is still good, and what may be made with it. Pure. */
import { expandScopes, type Parsed, RpcError, type Scope, type Token, type TokenKind } from '#protocol';

/** As it is kept; its text is not. */
export interface KeptToken {
  readonly id: string;
  /** Shared with those that it replaced and that replaced it. */
  readonly family: string;
  readonly parentId: string | null;
  readonly kind: TokenKind;
  /** Null for a service token, which names the user it acts for. */
  readonly userId: string | null;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  readonly folderId: string | null;
  readonly sessionId: string | null;
  readonly file: string | null;
  /** Of tickets. */
  readonly terms: Terms | null;
  readonly createdAt: number;
  /** Of one that was replaced, the end of the overlap. */
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
  readonly revokedAt: number | null;
  readonly replacedAt: number | null;
}

export interface Terms {
  readonly mode: 'rw' | 'ro';
  /** The only web origin it is good for; null for any. */
  readonly origin: string | null;
}

export type State = 'good' | 'revoked' | 'replaced' | 'expired';

/** One that was replaced is good until the overlap is over. */
export function stateOf({ revokedAt, replacedAt, expiresAt }: KeptToken, now: number): State {
  if (revokedAt !== null) return 'revoked';
  if (expiresAt === null || now < expiresAt) return 'good';
  return replacedAt === null ? 'expired' : 'replaced';
}

/** Good, and nothing stands in its place. */
export function isCurrent(token: KeptToken, now: number): boolean {
  return token.replacedAt === null && stateOf(token, now) === 'good';
}

/** Made by a request of its user, and not by the daemon of itself. */
export function isKey({ kind, file }: KeptToken): boolean {
  return (kind === 'cli' || kind === 'mcp') && file === null;
}

/** What whoever uses it is told; undefined for a token that is no more at all. */
export function refusal(state: Exclude<State, 'good'>, token: KeptToken | undefined): RpcError {
  const code = state === 'revoked' ? 'TOKEN_REVOKED' : 'EXPIRED_TOKEN';
  return new RpcError('Unauthorized', `This token ${words[state]}. ${cureOf(token)}`, { code });
}

const words = { revoked: 'was revoked', replaced: 'was replaced, and is good no more', expired: 'has expired' };

function cureOf(token: KeptToken | undefined): string {
  if (token?.kind === 'tkt') return 'Ask for another ticket with session/ticket.';
  if (token?.kind === 'ses') return 'It ends with its session; use the token of one that is open.';
  return token?.file ? `Read ${token.file} again.` : 'Make another with token/create.';
}

export function unauthorized(what: string, code: 'MISSING_TOKEN' | 'INVALID_TOKEN'): RpcError {
  return new RpcError('Unauthorized', `${what} Send the content of the cli-token file in the data folder.`, { code });
}

export function shown(token: KeptToken): Token {
  const { id, kind, name, prefix, scopes, folderId, sessionId, file } = token;
  const { createdAt, expiresAt, lastUsedAt, revokedAt } = token;
  const what = { id, kind, name, keyPrefix: prefix, scopes: [...scopes], folderId, sessionId, file };
  return { ...what, createdAt, expiresAt, lastUsedAt, revokedAt };
}

/** Throws InvalidParams with NAME_REQUIRED or NAME_TOO_LONG. */
export function checkName(name: string): void {
  if (name === '')
    throw new RpcError('InvalidParams', 'Expected `name` to say what the token is for.', { code: 'NAME_REQUIRED' });
  const { length } = name;
  if (length > NAME_CHARACTERS) {
    const said = `Expected \`name\` to have at most ${NAME_CHARACTERS} characters, got ${length}.`;
    throw new RpcError('InvalidParams', said, { code: 'NAME_TOO_LONG' });
  }
}

const NAME_CHARACTERS = 100;
const USUAL: readonly Scope[] = ['read', 'write', 'destroy', 'terminal:write'];

/** What a new token may do. Throws Forbidden when that is more than the one it is made with. */
export function granted(wanted: readonly Scope[] | undefined, may: ReadonlySet<Scope>): Scope[] {
  const given = wanted ?? shortest([...expandScopes(USUAL)].filter((scope) => may.has(scope)));
  const over = [...expandScopes(given)].find((scope) => !may.has(scope));
  if (over === undefined && given.length > 0) return [...new Set(given)];
  const said = `This token has not the scope "${over ?? 'read'}", and makes none that has.`;
  throw new RpcError('Forbidden', `${said} Leave it out, or use a token that has it.`, {
    code: 'MISSING_SCOPE',
    details: { scope: over ?? 'read' },
  });
}

/** Without those that others stand for. */
function shortest(scopes: readonly Scope[]): Scope[] {
  return scopes.filter((scope) => !scopes.some((other) => other !== scope && expandScopes([other]).has(scope)));
}

const DAY_MS = 86_400_000;

/** When a new token ends: as wanted, and no later than the one it is made with. Throws InvalidParams. */
export function expiryOf(
  { expiresInDays, expiresAt }: Pick<Parsed<'token/create'>, 'expiresInDays' | 'expiresAt'>,
  now: number,
  latest: number | null,
): number | null {
  if (expiresInDays !== undefined && expiresAt !== undefined)
    throw new RpcError('InvalidParams', 'Expected `expiresInDays` or `expiresAt`, got both. Leave one of them out.');
  if (expiresAt !== undefined && expiresAt <= now)
    throw new RpcError('InvalidParams', `Expected \`expiresAt\` to lie after ${now}, which is now, got ${expiresAt}.`);
  const wanted = expiresInDays === undefined ? (expiresAt ?? null) : now + expiresInDays * DAY_MS;
  if (wanted === null || latest === null) return wanted ?? latest;
  return Math.min(wanted, latest);
}

/** Whether it is so old that it should be replaced; never when `days` is 0. */
export function isOld({ createdAt }: KeptToken, days: number, now: number): boolean {
  return days > 0 && now - createdAt >= days * DAY_MS;
}
