/** Every key that `config.toml` may hold: its type, its default, its bounds, and what it does. */

interface Described {
  /** What it does, for people. */
  readonly says: string;
  /** Whether it can change while the daemon runs. */
  readonly live?: true;
  /** A variable of the environment that wins over the file. */
  readonly variable?: string;
}

/** Paths are relative to the data folder; `socket` marks those that must be short enough for one. */
export type Key = Described &
  (
    | { readonly type: 'path'; readonly default: string; readonly socket?: true }
    | { readonly type: 'integer'; readonly default: number; readonly min: number; readonly max: number }
    | { readonly type: 'text'; readonly default: string }
    | { readonly type: 'choice'; readonly default: string; readonly choices: readonly string[] }
    | { readonly type: 'boolean'; readonly default: boolean }
    | { readonly type: 'list'; readonly default: readonly string[] }
  );

export type Value = string | number | boolean | readonly string[];
export type Table = Readonly<Record<string, Readonly<Record<string, Key>>>>;

/** A new one is a line here; its name in the file is its name in the code. */
export const keys = {
  server: {
    api_socket: {
      type: 'path',
      default: 'run/api.sock',
      socket: true,
      says: 'Where clients connect; from elsewhere a link in the data folder leads there.',
    },
    terminal_socket: {
      type: 'path',
      default: 'run/terminal.sock',
      socket: true,
      says: 'Where the bridge answers WebSockets of terminals.',
    },
    pid_file: { type: 'path', default: 'run/rdvd.pid', says: 'Names the process that runs, for people and scripts.' },
    log_file: { type: 'path', default: 'log/rdvd.log', says: 'The log; `rdv logs` prints it.' },
    drain_seconds: {
      ...{ type: 'integer', default: 30, min: 0, max: 3600, live: true },
      says: 'How long a daemon that stops waits for running requests.',
    },
  },
  database: {
    path: { type: 'path', default: 'rdv.db', says: 'The database; no other daemon may use it.' },
    max_connections: {
      ...{ type: 'integer', default: 1, min: 1, max: 1000 },
      says: 'Accepted, and without effect: the daemon uses one connection.',
    },
  },
  auth: {
    service_token_file: {
      type: 'path',
      default: 'server/service-token',
      says: 'Where the token for the HTTP bridge is written.',
    },
    token_rotation_days: {
      ...{ type: 'integer', default: 30, min: 0, max: 3650, live: true },
      says: 'After so many days the tokens in files are replaced; 0 for never.',
    },
    overlap_seconds: {
      ...{ type: 'integer', default: 300, min: 0, max: 86_400, live: true },
      says: 'How long a token that was replaced stays good.',
    },
    local_user: { type: 'text', default: 'local', says: 'For whom the token in `cli-token` acts.' },
  },
  limits: {
    connections: {
      ...{ type: 'integer', default: 256, min: 1, max: 10_000 },
      says: 'Connections at a time.',
    },
    requests_in_flight: {
      ...{ type: 'integer', default: 64, min: 1, max: 10_000 },
      says: 'Requests of one connection that have no answer yet.',
    },
    outbound_megabytes: {
      ...{ type: 'integer', default: 8, min: 2, max: 1024 },
      says: 'Above so much that a client has not read, its connection is ended.',
    },
    read_per_second: perSecond(2000, 'Calls with one token that only read'),
    write_per_second: perSecond(500, 'Calls with one token that change something'),
    terminal_per_second: perSecond(20_000, 'Calls with one token to terminals, such as keys typed'),
    auth_per_second: perSecond(200, 'Calls with one token about tokens and logins'),
    inject_per_minute: {
      ...{ type: 'integer', default: 20, min: 0, max: 100_000, live: true },
      says: 'Calls with one token that type for an orchestrator, a minute; 0 for no limit.',
    },
  },
  bridge: {
    socket: {
      type: 'path',
      default: 'run/bridge.sock',
      socket: true,
      says: 'Where the bridge answers HTTP and WebSocket.',
    },
    tcp: { type: 'boolean', default: false, says: 'Whether the bridge also answers on the loopback interface.' },
    port: {
      ...{ type: 'integer', default: 0, min: 0, max: 65_535 },
      says: 'The port there; 0 for any that is free, and `run/bridge.port` tells which.',
    },
    allowed_hosts: {
      type: 'list',
      default: [],
      says: 'Names besides localhost under which pages reach the bridge, such as "dev.example.com".',
    },
    allowed_origins: {
      type: 'list',
      default: [],
      says: 'Origins of pages that may call the bridge though they come from elsewhere, such as "https://dev.example.com".',
    },
    access_team_domain: {
      type: 'text',
      default: '',
      says: 'Cloudflare Access: the team, such as "team.cloudflareaccess.com"; with it the bridge takes its tokens.',
    },
    access_audience: { type: 'text', default: '', says: 'Cloudflare Access: the audience tag of the application.' },
  },
  monitoring: {
    interval_seconds: {
      ...{ type: 'integer', default: 30, min: 1, max: 86_400, live: true },
      says: 'What a new orchestrator gets as its monitoring interval.',
    },
    stall_threshold_seconds: {
      ...{ type: 'integer', default: 300, min: 1, max: 86_400, live: true },
      says: 'How long an agent that works may make no progress before it is stalled, where no orchestrator says otherwise.',
    },
  },
  notifications: {
    minimum_severity: {
      type: 'choice',
      default: 'info',
      choices: ['info', 'warning', 'error', 'critical'],
      live: true,
      says: 'The least that is told beyond rdv itself: to terminals and to the webhook.',
    },
    terminal: {
      ...{ type: 'boolean', default: true, live: true },
      says: 'Whether terminals that `rdv attach` and `rdv watch` run in are told by their own notifications.',
    },
    webhook_url: {
      ...{ type: 'text', default: '', live: true },
      says: 'Where notifications are posted as JSON; empty for nowhere.',
    },
    webhook_secret_file: {
      type: 'path',
      default: 'server/webhook-secret',
      says: 'The key the webhook is signed with (HMAC-SHA256); made when it is first needed.',
    },
  },
  cleanup: {
    insight_retention_days: {
      ...{ type: 'integer', default: 30, min: 1, max: 36_500, live: true },
      says: 'How long resolved insights, read notifications, messages and receipts are kept.',
    },
    trash_retention_days: {
      ...{ type: 'integer', default: 30, min: 1, max: 36_500, live: true },
      says: 'How long the trash keeps what is in it.',
    },
    cleanup_interval_hours: {
      ...{ type: 'integer', default: 24, min: 1, max: 8760, live: true },
      says: 'How often what is kept longer is deleted.',
    },
    audit_megabytes: {
      ...{ type: 'integer', default: 64, min: 1, max: 100_000, live: true },
      says: 'How large the audit may grow before its oldest part goes.',
    },
  },
  log: {
    level: {
      type: 'choice',
      default: 'info',
      choices: ['debug', 'info', 'warn', 'error'],
      live: true,
      variable: 'RDV_LOG_LEVEL',
      says: 'The least that is logged.',
    },
    megabytes: {
      ...{ type: 'integer', default: 10, min: 1, max: 10_000, live: true },
      says: 'At this size the log begins a new file.',
    },
    files: {
      ...{ type: 'integer', default: 5, min: 0, max: 100, live: true },
      says: 'How many older files of the log are kept.',
    },
  },
  terminal: {
    backend: {
      type: 'choice',
      default: 'auto',
      choices: ['auto', 'tmux', 'pty'],
      variable: 'RDV_BACKEND',
      says: 'What runs the programs; `auto` is tmux, or without one terminals of the daemon, which end with it.',
    },
  },
} as const satisfies Table;

function perSecond<const D extends number>(preset: D, what: string) {
  const says = `${what}, a second; 0 for no limit.`;
  return { type: 'integer', default: preset, min: 0, max: 1_000_000, live: true, says } as const;
}

type Read<K> = K extends { type: 'integer' }
  ? number
  : K extends { type: 'boolean' }
    ? boolean
    : K extends { type: 'list' }
      ? readonly string[]
      : K extends { type: 'choice'; choices: readonly (infer C)[] }
        ? C
        : string;

/** What holds, by table and key; paths are absolute. */
export type Config = {
  readonly [T in keyof typeof keys]: { readonly [K in keyof (typeof keys)[T]]: Read<(typeof keys)[T][K]> };
};

/** Every key with its full name, `table.key`. */
export function allKeys(table: Table): { name: string; table: string; key: string; is: Key }[] {
  return Object.entries(table).flatMap(([name, known]) =>
    Object.entries(known).map(([key, is]) => ({ name: `${name}.${key}`, table: name, key, is })),
  );
}
