/** Tokens on the command line: which one a person means, and how they are shown. */
import type { Result, Token } from '#protocol';
import type { Listing } from '../pick.js';
import type { Output } from './output.js';
import { formatTable } from './table.js';
import { ago, clean, homely, inTime } from './text.js';

export const tokens: Listing<Token> = {
  noun: 'token',
  list: 'rdv token list --all',
  // Those in their files.
  fixed: ['svc', 'cli'],
  preferred: ({ revokedAt, expiresAt }) => revokedAt === null && (expiresAt === null || expiresAt > Date.now()),
  describe: ({ name, keyPrefix }) => `${name}, ${keyPrefix}...`,
  rows: async (call) => (await call('token/list', { all: true })).keys,
};

/** The token alone on stdout, for programs; what a person should know beside it. */
export function showCreated(output: Output, { key, name, expiresAt }: Result<'token/create'>): void {
  output.data(`${key}\n`);
  const end = expiresAt === null ? 'until it is revoked' : `until ${new Date(expiresAt).toLocaleString()}`;
  output.note(`Token "${clean(name)}", good ${end}. It is shown this once and kept nowhere: store it now.`);
}

export function showRotated(output: Output, { key, file, overlapUntil }: Result<'token/rotate'>): void {
  if (key !== null) output.data(`${key}\n`);
  output.note(key === null ? `The new one stands in ${clean(file ?? '')}.` : 'The new one is shown this once.');
  output.note(`The old one is good until ${new Date(overlapUntil).toLocaleTimeString()}.`);
}

export async function showTokens(output: Output, { keys }: Result<'token/list'>, now: number): Promise<void> {
  const { columns, colors } = output;
  if (keys.length === 0) return output.note('There are none. `rdv token create <name>` makes one.');
  const whole = columns === undefined;
  const time = (at: number | null, words: (at: number, now: number) => string) =>
    at === null ? '-' : whole ? String(at) : words(at, now);
  const rows = keys.map((token) => [
    token.id,
    token.kind,
    clean(token.name),
    token.scopes.join(','),
    clean(placeOf(token, whole)),
    time(token.lastUsedAt, ago),
    token.revokedAt === null ? time(token.expiresAt, whenEnds) : 'revoked',
  ]);
  const paint = (text: string, column: number) => (column === 0 ? colors.bold(text) : text);
  const header = ['ID', 'KIND', 'NAME', 'MAY', 'WHERE', 'USED', 'ENDS'];
  output.data(await formatTable(header, rows, [2, 4, 3], { paint, ...(!whole && { columns }) }));
}

const whenEnds = (at: number, now: number) => (at <= now ? 'over' : inTime(at, now));

/** Its session, the file it stands in, or the part of the tree it reaches. */
function placeOf({ file, sessionId, folderId }: Token, whole: boolean): string {
  if (sessionId !== null) return `session ${whole ? sessionId : sessionId.slice(0, 8)}`;
  if (file !== null) return whole ? file : homely(file);
  return folderId === null ? '-' : `folder ${whole ? folderId : folderId.slice(0, 8)}`;
}
