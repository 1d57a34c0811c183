/** What the configuration says of the bridge. */
import type { Result } from '#protocol';
import { RpcError } from '#protocol/errors';
import type { LogSettings } from '../daemon/log/index.js';
import type { Allowed } from './http/gate.js';
import type { AccessOptions } from './identity/access.js';

export interface Settings {
  readonly socket: string;
  readonly terminalSocket: string;
  /** Of the loopback interface; 0 for any; undefined for none. */
  readonly port: number | undefined;
  readonly serviceToken: string;
  readonly allowed: Allowed;
  readonly log: LogSettings;
  /** Cloudflare Access; undefined unless team and audience are set. */
  readonly access: Pick<AccessOptions, 'issuer' | 'audience' | 'keysUrl'> | undefined;
}

/** Throws InvalidParams with every mistake of the file: what it was meant to say is not guessed. */
export function settingsFrom({ settings, problems }: Result<'config/get'>): Settings {
  if (problems.length > 0) throw new RpcError('InvalidParams', problems.join('\n'), { code: 'INVALID_CONFIG' });
  const values = new Map(settings.map(({ key, value }) => [key, value]));
  const get = <T>(key: string) => values.get(key) as T;
  const teamDomain = get<string>('bridge.access_team_domain');
  const audience = get<string>('bridge.access_audience');
  const lower = (list: readonly string[]) => list.map((each) => each.toLowerCase().replace(/\/$/, ''));
  return {
    socket: get('bridge.socket'),
    terminalSocket: get('server.terminal_socket'),
    port: get<boolean>('bridge.tcp') ? get<number>('bridge.port') : undefined,
    serviceToken: get('auth.service_token_file'),
    allowed: {
      hosts: lower(get('bridge.allowed_hosts')),
      origins: lower(get('bridge.allowed_origins')),
    },
    log: { level: get('log.level'), bytes: get<number>('log.megabytes') * 1024 * 1024, files: get('log.files') },
    access: teamDomain && audience ? accessOf(teamDomain, audience) : undefined,
  };
}

function accessOf(teamDomain: string, audience: string): Settings['access'] {
  const issuer = `https://${teamDomain.replace(/^https:\/\//, '').replace(/\/+$/, '')}`;
  return { issuer, audience, keysUrl: `${issuer}/cdn-cgi/access/certs` };
}
