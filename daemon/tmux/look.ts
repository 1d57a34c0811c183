/** Looks at our tmux server without touching it: no connection stays, nothing is set, none is started. */
import { RpcError } from '#protocol/errors';
import { type Asked, askTmux } from './ask.js';
import { HUB, PREFIX } from './config.js';

export interface ServerFacts {
  /** Of the program that the server is. */
  readonly version: string;
  readonly pid: number;
  /** Session ids of the windows that are ours. */
  readonly windows: readonly string[];
}

const FORMAT = '#{version} #{pid} #{session_name}';

/** Undefined when none runs. Throws Unavailable when it does not answer in time, or refuses. */
export async function lookAtServer(socketName: string, asked: Asked): Promise<ServerFacts | undefined> {
  const answer = await askTmux(['-L', socketName, '-f', '/dev/null', 'list-panes', '-a', '-F', FORMAT], asked);
  const { exitCode, stdout, stderr, late } = answer;
  if (exitCode !== 0) {
    if (/^(no server running|error connecting to .*\((No such file|Connection refused))/.test(stderr)) return undefined;
    const why = late ? `nothing within ${asked.timeoutMs} ms` : stderr || `exit ${exitCode}`;
    throw new RpcError('Unavailable', `The tmux server ${socketName} does not answer (${why}).`);
  }
  const panes = stdout.split('\n').map((line) => line.split(' '));
  const [version = '', pid = '0'] = panes[0] ?? [];
  const names = panes.map(([, , name = '']) => name).filter((name) => name.startsWith(PREFIX) && name !== HUB);
  return { version, pid: Number(pid), windows: [...new Set(names.map((name) => name.slice(PREFIX.length)))] };
}
