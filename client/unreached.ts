/** Why another machine was not reached, and what to do about it, from how ssh ended and what it said. Pure. */
import type { ErrorKind, RpcError } from '#protocol/errors';
import { failure } from './failure.js';

export interface Ending {
  readonly host: string;
  /** 255 is ssh's own failure, anything else is of the command there; null when it was killed or never began. */
  readonly code: number | null;
  /** On stderr. */
  readonly said: string;
}

interface Case {
  readonly sign: RegExp;
  readonly kind: ErrorKind;
  readonly code: string;
  readonly cure: (host: string) => string;
}

/** The failures of ssh itself; the first that fits. Only what waiting may change is Unavailable. */
const own: readonly Case[] = [
  {
    sign: /IDENTIFICATION HAS CHANGED/,
    kind: 'Unauthorized',
    code: 'HOST_KEY_CHANGED',
    cure: (host) =>
      `Its key is not the one you know, which may be an attack: ask whoever runs ${host}, and only then remove the old one with ssh-keygen -R.`,
  },
  {
    sign: /Host key verification failed/,
    kind: 'Unauthorized',
    code: 'HOST_KEY_UNKNOWN',
    cure: (host) => `Log in once by hand to see its key and accept it: \`ssh ${host}\`.`,
  },
  {
    sign: /Permission denied|Too many authentication failures/,
    kind: 'Unauthorized',
    code: 'SSH_REFUSED',
    cure: (host) =>
      `See that \`ssh ${host}\` lets you in. Where nobody can be asked it takes a key, held by ssh-agent if it has a passphrase.`,
  },
  {
    sign: /Could not resolve hostname/,
    kind: 'Unavailable',
    code: 'HOST_UNKNOWN',
    cure: (host) => `Check the name, or give ${host} an address in ~/.ssh/config.`,
  },
  {
    sign: /Connection refused/,
    kind: 'Unavailable',
    code: 'HOST_REFUSED',
    cure: () => 'See that sshd runs there and on which port: `--host ssh://user@machine:port`.',
  },
  {
    sign: /timed out|No route to host|unreachable|not responding/,
    kind: 'Unavailable',
    code: 'HOST_AWAY',
    cure: (host) => `See that the machine is on and the network reaches it: \`ssh ${host}\`.`,
  },
  {
    sign: /(?:)/,
    kind: 'Unavailable',
    code: 'HOST_LOST',
    cure: (host) => `Try it by hand: \`ssh ${host}\`.`,
  },
];

const INSTALL =
  'Install it there, or name it: `RDV_REMOTE_COMMAND=/path/to/rdv`. The PATH of a command run by ssh is often shorter than yours.';

/** An error with a cure of its own. */
export function unreached({ host, code, said }: Ending): RpcError {
  const lines = said.split(/[\r\n]+/).filter((line) => line.trim());
  const last = (lines.at(-1) ?? '').trim();
  const first = lines.find((line) => line.startsWith('rdv: ')) ?? last;
  if (code === 255) {
    const { sign, ...found } = own.find((each) => each.sign.test(said))!;
    // What ssh says last of a key that changed is that it goes no further.
    const line = found.code === 'HOST_KEY_CHANGED' ? last : lines.findLast((each) => sign.test(each));
    return failure(found.kind, `${host} was not reached: ${line?.trim() || 'ssh ended'}`, found.cure(host), found.code);
  }
  if (code === 127) return failure('Unavailable', `${host} finds no rdv: ${last}`, INSTALL, 'REMOTE_COMMAND_NOT_FOUND');
  if (/unknown (command|option)/.test(first)) {
    const cause = `${host} has an rdv that is older than this one: ${first}`;
    const cure = `Update it there; \`ssh ${host} rdv --version\` tells which it is.`;
    return failure('UnsupportedVersion', cause, cure, 'REMOTE_TOO_OLD');
  }
  const cause = first.replace(/^rdv: /, '') || (code === null ? 'ssh was ended' : `rdv ended with code ${code}`);
  const cure = `Try it by hand: \`ssh ${host} rdv daemon status\`.`;
  return failure('Unavailable', `${host}: ${cause}`, cure, 'CONNECTION_LOST');
}
