/** The local user's token: a file only this user can read, made at the first start. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { expandScopes, RpcError } from '#protocol';
import type { Login } from '../rpc/handshake.js';

/** The owner of everything made with the local token. */
export const LOCAL_USER = 'local';

/**
 * Reads the token, or makes one: `rdv_cli_<id>_<secret>_<check>`, found by secret scanners, 32 random bytes. An empty
 * file is no token: it would let in whoever sends none.
 */
export function ensureToken(path: string): string {
  return readToken(path) || writeToken(path);
}

/** Empty when there is none. */
export function readToken(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return '';
  }
}

function writeToken(path: string): string {
  const body = `rdv_cli_${randomBytes(6).toString('hex')}_${randomBytes(32).toString('hex')}`;
  const token = `${body}_${checksum(body)}`;
  // Whole or not at all: a crash in between must not leave half a token.
  const temporary = `${path}.new`;
  rmSync(temporary, { force: true });
  const file = openSync(temporary, 'wx', 0o600);
  try {
    writeSync(file, `${token}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  return token;
}

const checksum = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 8);

/** Compares in constant time, over hashes, so that lengths tell nothing. Throws Unauthorized. */
export function createLogin(token: string): Login {
  const expected = hash(token);
  return ({ token: given, user }) => {
    if (given === undefined) throw unauthorized('No token was given.', 'MISSING_TOKEN');
    if (!timingSafeEqual(hash(given.trim()), expected)) throw unauthorized('The token is not valid.', 'INVALID_TOKEN');
    if (user !== undefined && user !== LOCAL_USER)
      throw new RpcError('Forbidden', `This token acts for "${LOCAL_USER}" only.`);
    return { user: LOCAL_USER, tokenId: 'cli', kind: 'cli', scopes: expandScopes(['admin']) };
  };
}

const hash = (text: string) => createHash('sha256').update(text).digest();

function unauthorized(what: string, code: string): RpcError {
  return new RpcError('Unauthorized', `${what} Send the content of the cli-token file in the data folder.`, { code });
}
