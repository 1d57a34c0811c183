/** How a failure is told: one line of cause, one line of cure, and the exit code. */
import { type ErrorKind, errors, RpcError } from '#protocol/errors';
import { nearest } from '#protocol/nearest';
import { actsForSession } from '../endpoint.js';
import { cureOf, failure, inTwo } from '../failure.js';
import { createVoice, type Told, tellError } from './output.js';
import { clean } from './text.js';

export { failure } from '../failure.js';

/** Of a command that has stdin for itself, as a line among others. */
export function inShell(name: string): RpcError {
  return failure(
    'InvalidParams',
    `${name} needs the standard input, which is the shell's here.`,
    `Leave with \`exit\` and run \`rdv ${name}\`.`,
  );
}

/** Says what went wrong, on stderr unless told otherwise, and returns the exit code. */
export function tellFailure(error: unknown, debug: boolean, tell: (told: Told) => void = createVoice().fail): number {
  if (debug && error instanceof Error) tellError(`${error.stack}\n`);
  const { cause, cure } = wordsOf(error);
  const { code, details } = error instanceof RpcError ? error.data : { code: 'Internal' };
  tell({ cause: clean(cause), cure: clean(cure), code, details });
  return error instanceof RpcError ? errors[error.kind].exit : 1;
}

export function wordsOf(error: unknown): { cause: string; cure: string } {
  const said = error instanceof Error ? error.message : String(error);
  if (!(error instanceof RpcError)) return refusedBySystem(error) ?? { cause: said, cure: BUG };
  const own = withOwnCure.includes(error.kind) && !cureOf(error) ? inTwo(said) : undefined;
  return own ?? { cause: said, cure: cureFor(error) };
}

const BUG = 'This is a bug in rdv; run again with --debug for its place.';

/** They come with their own cure, in their later sentences: nobody else knows what is in the way. */
const withOwnCure: readonly ErrorKind[] = ['InvalidParams', 'Conflict', 'Unavailable', 'Overloaded', 'RateLimited'];

/** A file that cannot be had, or a disk that is full, is no bug. */
function refusedBySystem(error: unknown): { cause: string; cure: string } | undefined {
  const { code = '', path = '', message } = error as NodeJS.ErrnoException;
  const [, why, deed] = /^E[A-Z]+: (.+?), (\w+)/.exec(message) ?? [];
  if (!why || !path) return undefined;
  const cure = ['ENOSPC', 'EDQUOT'].includes(code)
    ? 'Make room on that disk, and run the command again.'
    : `See what stands there, and whose it is: \`ls -ld ${path}\`.`;
  return { cause: `${path} cannot be used: ${why} (${deed}).`, cure };
}

function cureFor(error: RpcError): string {
  const own = cureOf(error) ?? meant(error) ?? cures[error.kind];
  // What is not found may be there for somebody else.
  if ((error.kind === 'Forbidden' || error.kind === 'NotFound') && actsForSession())
    return [cureOf(error), ACT_AS_USER].filter(Boolean).join(' ');
  return own ?? 'The daemon log may tell more: `rdv logs`.';
}

/** For a word that is none of those there are. */
function meant({ message }: RpcError): string | undefined {
  const [, list, given = ''] = /to be one of "(.+)", got "(.*)"\.$/.exec(message) ?? [];
  const word = list === undefined ? undefined : nearest(list.split('", "'), given);
  return word === undefined ? undefined : `Did you mean "${word}"?`;
}

const ACT_AS_USER =
  'Programs in a session act for it, and see only it and its folder. To act as its user: `env -u RDV_TOKEN_FILE rdv ...`.';

const cures: Partial<Record<ErrorKind, string>> = {
  MethodNotFound: 'The daemon is older than this rdv: `rdv daemon restart`.',
  ParseError: 'Frame each message as `rdv rpc --help` tells.',
  InvalidParams: 'The command with --help shows what it takes.',
  Cancelled: 'It is not waited for any longer; run the command again to go on.',
  UnsupportedVersion: 'The daemon is newer than this rdv: update this one; `rdv --version` tells which it is.',
  Unauthorized:
    'The token is not of this daemon: check REMOTE_DEV_DIR, RDV_TOKEN and RDV_API_KEY; `rdv doctor` looks at the rest.',
  Forbidden: 'Use a token that may: `rdv token list` shows what yours may do.',
  NotFound: 'See what there is: `rdv ls --all`.',
  Conflict: 'See its state: `rdv ls --all`.',
  Gone: 'Its terminal no longer exists: `rdv close` removes it, `rdv new` starts another.',
  Overloaded: 'Wait a moment and run the command again.',
  RateLimited: 'Wait a moment and run the command again; `rdv config show` tells the limits.',
  Unavailable: 'See whether it runs: `rdv daemon status`; start it: `rdv daemon start`.',
  Timeout:
    'Allow more time with --timeout, a wait with --timeout-ms; `rdv daemon health` tells whether something is wrong.',
};
