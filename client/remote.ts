/** The daemon of another machine, as often as it is asked for: how it is connected to, and how its failures are told. */
import { RpcError } from '#protocol/errors';
import type { Dial } from './dial.js';
import { cureOf } from './failure.js';
import { dialHost, type Host, type HostDialOptions } from './host.js';
import { type Client, type ConnectOptions, connect } from './index.js';

export interface Remote {
  readonly name: string;
  /** Only the first time anybody is asked for anything: later there may be a program on the terminal. */
  dial(autostart: boolean): Dial;
  /** Throws Unauthorized or Unavailable with what ssh said, and with its cure. */
  connect(autostart: boolean, options: Opening): Promise<Client>;
  /** What is to be said of a failed call where versions may differ. */
  explain(error: unknown): unknown;
}

type Opening = Pick<ConnectOptions, 'clientInfo' | 'signal' | 'timeoutMs'>;

/** A person looks for a password; ssh, and the daemon there, take some seconds. */
const OPEN_MS = { asking: 300_000, alone: 30_000 };

export function createRemote(host: Host, { asks, tell }: Pick<HostDialOptions, 'asks' | 'tell'>): Remote {
  const { name } = host;
  let asking = asks;
  let theirs: string | undefined;
  let ours: string | undefined;
  const dial = (autostart: boolean) => {
    const opens = dialHost(host, { autostart, asks: asking, tell });
    asking = false;
    return opens;
  };
  const attempt = async (autostart: boolean, options: Opening) => {
    const timeoutMs = asking ? OPEN_MS.asking : OPEN_MS.alone;
    const client = await connect({ dial: dial(autostart), timeoutMs, ...options });
    theirs = client.serverInfo.version;
    ours = options.clientInfo?.version;
    return client;
  };
  return {
    name,
    dial,
    connect: (autostart, options) =>
      attempt(autostart, options)
        // Another daemon takes its place there.
        .catch((error) => (hungUp(error) ? attempt(autostart, options) : Promise.reject(error)))
        .catch((error) => Promise.reject(named(error, name))),
    explain(error) {
      const differ = error instanceof RpcError && ['MethodNotFound', 'UnsupportedVersion'].includes(error.kind);
      if (!differ || cureOf(error) || theirs === undefined) return error;
      const cure = `${name} runs rdv ${theirs}, this is ${ours}: update the older of the two.`;
      return new RpcError(error.kind, error.message, { ...error.data, details: { cure } });
    },
  };
}

function hungUp(error: unknown): boolean {
  return error instanceof RpcError && ['RESTARTING', 'CONNECTION_LOST'].includes(error.data.code ?? '');
}

/** A failure of the daemon there, or of its start, says where it was; ssh's own do already. */
function named(error: unknown, name: string): unknown {
  if (!(error instanceof RpcError) || error.message.startsWith(name) || error.kind === 'Cancelled') return error;
  const cure = cureOf(error);
  const details = cure ? { cure: `On ${name}: ${cure}` } : error.data.details;
  return new RpcError(error.kind, `${name}: ${error.message}`, {
    ...error.data,
    ...(details !== undefined && { details }),
  });
}
