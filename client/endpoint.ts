/** Where the daemon is reached, and with which token. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { isatty } from 'node:tty';
import { RpcError } from '#protocol/errors';
import { homeFolder, type Paths, pathsIn } from '#protocol/paths';

export interface Endpoint {
  readonly paths: Paths;
  readonly socketPath: string;
  /** True when the socket was named by hand: a daemon started here would listen elsewhere, so none is started. */
  readonly foreign: boolean;
  /** Reads the token file anew each time. Throws Unauthorized when it cannot be read. */
  readonly token: () => string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether a person types here, and no program. */
const isPerson = () => isatty(0);

/**
 * The socket is `socket`, else `RDV_SOCKET`, else that of the data folder; within a session the folder is that of its
 * daemon. The token is `RDV_TOKEN` or `RDV_API_KEY`; else that of the session for a program in one, that of the user for
 * a person.
 */
export function findEndpoint(environment: Environment = process.env, socket?: string): Endpoint {
  const paths = pathsIn(folderOf(environment));
  const socketPath = socket || environment.RDV_SOCKET || sessionSocket(environment) || paths.socket;
  return { paths, socketPath, foreign: resolve(socketPath) !== paths.socket, token: () => tokenOf(environment, paths) };
}

/** Whether calls are made with the token of a session, which reaches no more than that and its folder. */
export function actsForSession(environment: Environment = process.env, person: () => boolean = isPerson): boolean {
  return !givenToken(environment) && sessionToken(environment, pathsIn(folderOf(environment)), person) !== undefined;
}

function folderOf(environment: Environment): string {
  const beside = /^(.+)\/run\/api\.sock$/.exec(sessionSocket(environment) ?? '')?.[1];
  return resolve(beside ?? homeFolder(environment, homedir()));
}

/** What a session inherits says nothing about a folder that somebody has named since. */
function sessionSocket({ REMOTE_DEV_DIR, RDV_API_SOCKET }: Environment): string | undefined {
  return (!REMOTE_DEV_DIR && RDV_API_SOCKET) || undefined;
}

const givenToken = ({ RDV_TOKEN, RDV_API_KEY }: Environment) => RDV_TOKEN || RDV_API_KEY;

/** The file of the session's token, for a program in a session of this daemon. */
function sessionToken({ REMOTE_DEV_DIR, RDV_TOKEN_FILE }: Environment, { home }: Paths, person: () => boolean) {
  if (!RDV_TOKEN_FILE || (REMOTE_DEV_DIR && !RDV_TOKEN_FILE.startsWith(`${home}/`)) || person()) return undefined;
  return RDV_TOKEN_FILE;
}

function tokenOf(environment: Environment, paths: Paths): string {
  const given = givenToken(environment)?.trim();
  if (given) return given;
  const file = sessionToken(environment, paths, isPerson);
  return readToken(file ?? paths.cliToken, file ? ENDED : undefined);
}

const ENDED = 'It ends with its session. To act as its user, unset RDV_TOKEN_FILE.';
const NOT_STARTED =
  'The daemon writes it when it starts: set REMOTE_DEV_DIR to its data folder, or run `rdv daemon start`.';

function readToken(path: string, cure = NOT_STARTED): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    const { code = 'UNREADABLE' } = error as NodeJS.ErrnoException;
    throw new RpcError('Unauthorized', `Cannot read the token file ${path} (${code}).`, { code, details: { cure } });
  }
  if (text) return text;
  throw new RpcError('Unauthorized', `The token file ${path} is empty.`, {
    details: { cure: 'Remove it and restart the daemon: `rdv daemon stop`, then `rdv daemon start`.' },
  });
}
