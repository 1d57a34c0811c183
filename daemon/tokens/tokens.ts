/** Everything about tokens, put together: who gets in, what stands in files, who is shown out. */

import type { Db } from '../db/open.js';
import type { Journal } from '../events/journal.js';
import type { Auditor } from '../rpc/auditor.js';
import type { Log } from '../rpc/serve.js';
import { createAlarms } from './alarms.js';
import { createBackoff } from './backoff.js';
import { type TokenDeps, tokenHandlers } from './handlers.js';
import { createLogin } from './login.js';
import type { Tree } from './reach.js';
import { type FileToken, renew, settle } from './replace.js';
import { createSessionTokens, type SessionTokens } from './sessions.js';
import { createTokenStore } from './store.js';
import { type Connections, createWatch } from './watch.js';

export interface TokensDeps extends Pick<TokenDeps, 'folders' | 'sessions'> {
  readonly db: Db;
  readonly now: () => number;
  readonly log: Log;
  readonly journal: Pick<Journal, 'tell'>;
  readonly auditor: Auditor;
  readonly connections: Connections;
  readonly tree: Tree;
  /** Where the token of the local user stands, and where those of sessions do. */
  readonly paths: { readonly cliToken: string; readonly tokens: string };
  /** As they are now. */
  readonly settings: () => Settings;
}

export interface Settings {
  readonly localUser: string;
  readonly serviceTokenFile: string;
  readonly overlapMs: number;
  readonly rotationDays: number;
}

const HOUR_MS = 3_600_000;
/** So long a token that has ended is known, and its use noticed. */
const KNOWN_MS = 90 * 24 * HOUR_MS;

export function createTokens(deps: TokensDeps) {
  const { db, now, log, paths, settings, connections } = deps;
  const store = createTokenStore(db);
  const watch = createWatch({ store, connections, now });
  const alarm = createAlarms({ ...deps, localUser: () => settings().localUser });
  const shared = { ...deps, store, watch, alarm, backoff: createBackoff() };
  const files = () => filesOf(settings(), paths.cliToken);
  const sessions = createSessionTokens({ store, watch, now, log, folder: paths.tokens });
  let hourly: NodeJS.Timeout | undefined;

  const tend = () => {
    const { rotationDays: days, overlapMs } = settings();
    for (const file of files()) renew(shared, file, { days, overlapMs });
    store.forget(now() - KNOWN_MS, now());
  };
  /** A full disk now must not end the daemon, and an hour later there is room again. */
  const tendAgain = () => {
    try {
      tend();
    } catch (error) {
      log({ level: 'error', message: 'the tokens could not be looked after', reason: String(error) });
    }
  };

  return {
    login: createLogin({ ...shared, until: watch.until }),
    handlers: tokenHandlers({ ...shared, files, overlapMs: () => settings().overlapMs }),
    sessions,
    /** What tokens reach may have changed: looks whose connections must end. */
    look: watch.soon,
    /** Before anybody is let in: files and database agree, for these sessions too. */
    start(live: Parameters<SessionTokens['settle']>[0]) {
      for (const file of files()) settle(shared, file);
      sessions.settle(live);
      tend();
      hourly = setInterval(tendAgain, HOUR_MS).unref();
    },
    close() {
      clearInterval(hourly);
      watch.close();
    },
  };
}

function filesOf({ localUser, serviceTokenFile }: Settings, cliToken: string): readonly FileToken[] {
  const service = ['read', 'write', 'destroy', 'terminal:write', 'service'] as const;
  return [
    { kind: 'svc', userId: null, name: 'service', scopes: service, path: serviceTokenFile },
    { kind: 'cli', userId: localUser, name: 'command line', scopes: ['admin'], path: cliToken },
  ];
}
