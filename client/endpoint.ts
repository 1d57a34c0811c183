/** Where the daemon is reached, and with which token. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
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

/** The socket is `socket`, else `RDV_SOCKET`, else the data folder's own; the token always comes from the data folder. */
export function findEndpoint(environment: Environment = process.env, socket?: string): Endpoint {
  const paths = pathsIn(resolve(homeFolder(environment, homedir())));
  const socketPath = socket || environment.RDV_SOCKET || paths.socket;
  return { paths, socketPath, foreign: resolve(socketPath) !== paths.socket, token: () => readToken(paths.cliToken) };
}

function readToken(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    const { code = 'UNREADABLE' } = error as NodeJS.ErrnoException;
    const cure =
      'The daemon writes it when it starts: set REMOTE_DEV_DIR to its data folder, or run `rdv daemon start`.';
    throw new RpcError('Unauthorized', `Cannot read the token file ${path} (${code}).`, { code, details: { cure } });
  }
  if (text) return text;
  throw new RpcError('Unauthorized', `The token file ${path} is empty.`, {
    details: { cure: 'Remove it and restart the daemon: `rdv daemon stop`, then `rdv daemon start`.' },
  });
}
