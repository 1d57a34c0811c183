/** Where things lie in the data folder. Pure text: daemon and clients must agree without asking each other. */

export interface Paths {
  /** The data folder, mode 0700. */
  readonly home: string;
  readonly run: string;
  readonly socket: string;
  readonly lock: string;
  /** The lock of a daemon that takes another one's place. */
  readonly succession: string;
  readonly pid: string;
  /** Where the bridge answers HTTP and WebSocket. */
  readonly bridgeSocket: string;
  /** Where it answers for terminals alone. */
  readonly terminalSocket: string;
  /** Names its port of the loopback interface, while it has one. */
  readonly bridgePort: string;
  readonly bridgePid: string;
  readonly database: string;
  readonly cliToken: string;
  /** The bridge's. */
  readonly serviceToken: string;
  /** The tokens of sessions, each in a file named after its session. */
  readonly tokens: string;
  /** The end of the audit, kept outside its table. */
  readonly auditHead: string;
  /** The lines typed into `rdv shell`. */
  readonly history: string;
  /** What people may add to the rules for agents; need not be there. */
  readonly agents: string;
  /** What people may set; need not be there. */
  readonly config: string;
  readonly log: string;
  readonly bridgeLog: string;
  readonly recordings: string;
  readonly trash: string;
  readonly tmuxConfig: string;
}

/** The data folder: `REMOTE_DEV_DIR`, else `~/.remote-dev`. Without a trailing slash. */
export function homeFolder(environment: Readonly<Record<string, string | undefined>>, userHome: string): string {
  const given = environment.REMOTE_DEV_DIR;
  return (given || `${userHome}/.remote-dev`).replace(/(?<=.)\/+$/, '');
}

export function pathsIn(home: string): Paths {
  return {
    home,
    run: `${home}/run`,
    socket: `${home}/run/api.sock`,
    lock: `${home}/run/lock.db`,
    succession: `${home}/run/succession.db`,
    pid: `${home}/run/rdvd.pid`,
    bridgeSocket: `${home}/run/bridge.sock`,
    terminalSocket: `${home}/run/terminal.sock`,
    bridgePort: `${home}/run/bridge.port`,
    bridgePid: `${home}/run/bridge.pid`,
    database: `${home}/rdv.db`,
    cliToken: `${home}/cli-token`,
    serviceToken: `${home}/server/service-token`,
    tokens: `${home}/run/tokens`,
    auditHead: `${home}/audit.head`,
    history: `${home}/history`,
    agents: `${home}/agents`,
    config: `${home}/config.toml`,
    log: `${home}/log/rdvd.log`,
    bridgeLog: `${home}/log/bridge.log`,
    recordings: `${home}/recordings`,
    trash: `${home}/trash`,
    tmuxConfig: `${home}/run/tmux.conf`,
  };
}

/** Unix socket paths longer than this are cut silently by Node or the kernel (macOS holds 103 bytes). */
export const SOCKET_PATH_BYTES = 103;
