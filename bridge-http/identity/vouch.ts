/** The bridge's own token: read from its file, anew whenever that was replaced. */
import { readFileSync } from 'node:fs';
import { RpcError } from '#protocol/errors';
import { type Caller, keyOf } from './caller.js';

export interface Voucher {
  /** Throws Unavailable while there is no file: the daemon writes it at its first start. */
  token(): string;
  /** A user for whom the bridge itself vouches; without one, what needs nobody. */
  actFor(user: string, kind: 'service' | 'access'): Caller;
}

export function createVoucher(file: string): Voucher {
  const token = () => {
    try {
      return readFileSync(file, 'utf8').trim();
    } catch (error) {
      const { code = 'UNREADABLE' } = error as NodeJS.ErrnoException;
      const said = `The bridge cannot read ${file} (${code}). The daemon writes it when it starts: \`rdv daemon start\`.`;
      throw new RpcError('Unavailable', said);
    }
  };
  return {
    token,
    actFor: (user, kind) => ({ kind, key: keyOf(kind, '', user), token, user }),
  };
}
