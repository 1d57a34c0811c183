/** The token slice as the daemon wires it, over real SQLite and real files, with a clock of the test's own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type MethodName, methods, type Params, type Result, type RpcError, type Session } from '#protocol';
import { openDatabase } from '../../daemon/db/open.js';
import { createJournal } from '../../daemon/events/journal.js';
import { createFolderStore } from '../../daemon/folders/store.js';
import { treeOfOrchestrators } from '../../daemon/orchestrating.js';
import { createOrchestratorStore } from '../../daemon/orchestrators/store.js';
import type { Act, Auditor } from '../../daemon/rpc/auditor.js';
import type { Caller, Peer } from '../../daemon/rpc/handlers.js';
import type { Credentials } from '../../daemon/rpc/handshake.js';
import { createHub } from '../../daemon/rpc/hub.js';
import type { Identity } from '../../daemon/rpc/identity.js';
import type { AnyHandler } from '../../daemon/rpc/serve.js';
import { createSessionStore } from '../../daemon/sessions/store.js';
import { readToken } from '../../daemon/tokens/files.js';
import { createTokens } from '../../daemon/tokens/tokens.js';
import { session } from '../daemon/rpc/floor.js';
import { createFakePeer } from './memory.js';

export const DAY_MS = 86_400_000;

export interface Told {
  readonly name: string;
  readonly params: any;
}

export type Tokened = ReturnType<typeof openTokens>;

/** `again` starts another daemon over the same folder and database. */
export function openTokens(t: TestContext) {
  const home = mkdtempSync(join(tmpdir(), 'rdv-tokens-'));
  const opened = new Set<{ close(): void }>();
  t.after(() => {
    for (const each of opened) each.close();
    rmSync(home, { recursive: true });
  });
  const time = { now: 1_700_000_000_000 };
  const settings = {
    localUser: 'local',
    serviceTokenFile: `${home}/server/service-token`,
    overlapMs: 1000,
    rotationDays: 0,
  };
  const paths = { cliToken: `${home}/cli-token`, tokens: `${home}/run/tokens` };

  const open = (database = `${home}/rdv.db`) => {
    const db = openDatabase(database);
    const journal = createJournal(db, createHub(), () => time.now);
    const sessions = createSessionStore(db);
    const folders = createFolderStore(db);
    const log: Record<string, unknown>[] = [];
    const audit: (Act & { outcome: string })[] = [];
    const auditor: Auditor = { begin: () => 0, end: (act, outcome) => void audit.push({ ...act, outcome }) };
    const connections = createConnections();
    const tokens = createTokens({
      ...{ db, journal, auditor, connections, folders, paths, now: () => time.now, settings: () => settings },
      log: (line) => void log.push(line),
      tree: {
        ...{ session: sessions.find, folder: folders.find },
        ...treeOfOrchestrators(createOrchestratorStore(db), sessions.find),
      },
      sessions: { get: sessions.get, open: () => undefined },
    });
    const login = (token: string | undefined, more: Partial<Credentials> = {}): Identity =>
      tokens.login({ token, user: undefined, ...more }, 'c1') as Identity;
    const closed = { closed: false };
    const slice = {
      ...{
        home,
        time,
        settings,
        paths,
        db,
        journal,
        sessions,
        folders,
        log,
        audit,
        auditor,
        connections,
        tokens,
        login,
      },
      open,
      cli: () => readToken(paths.cliToken),
      svc: () => readToken(settings.serviceTokenFile),
      /** One call, checked as the floor does it but for scope and reach. */
      async call<M extends MethodName & keyof typeof tokens.handlers>(
        name: M,
        params: Params<M>,
        identity: Identity = login(readToken(paths.cliToken)),
      ): Promise<Result<M>> {
        const { peer } = createFakePeer(identity.user);
        const caller: Caller = {
          ...{ user: identity.user, identity, peer, signal: new AbortController().signal },
          progress() {},
        };
        const parsed = methods[name].params.parse(params);
        const result = await (tokens.handlers[name] as AnyHandler)(parsed, caller);
        methods[name].result.parse(result);
        return result as Result<M>;
      },
      /** A session of a user, in a folder or in none. */
      session(number: number, more: Partial<Session> = {}): Session {
        const made = { ...session(number), ...more };
        sessions.intend(made);
        sessions.save(made);
        return made;
      },
      folder(id: string, parentId: string | null = null, userId = 'local') {
        const rest = { path: null, collapsed: false, sortOrder: 0, createdAt: 1, updatedAt: 1 };
        folders.insert({ id, userId, parentId, name: id.slice(0, 4), ...rest });
        return id;
      },
      events: () => journal.list('local', 0, 100).map(({ name, params }) => ({ name, params })),
      close() {
        if (closed.closed) return;
        closed.closed = true;
        tokens.close();
        db.close();
      },
    };
    opened.add(slice);
    return slice;
  };
  return open();
}

/** Started, as it is when the first client comes. */
export function startTokens(t: TestContext): Tokened {
  const slice = openTokens(t);
  slice.tokens.start([]);
  return slice;
}

/** Connections that stand, and those that were ended with why. */
function createConnections() {
  const open = new Set<Peer>();
  const ended: { peer: Peer; error: RpcError }[] = [];
  const waiting = new Set<() => void>();
  return {
    ended,
    /** What each was told. */
    join(identity: Identity): Told[] {
      const { peer, told } = createFakePeer(identity.user);
      open.add({ ...peer, identity });
      return told;
    },
    peers: () => [...open],
    end(which: (peer: Peer) => boolean, error: RpcError) {
      for (const peer of open) {
        if (!which(peer)) continue;
        open.delete(peer);
        ended.push({ peer, error });
      }
      for (const wake of waiting) wake();
    },
    /** Resolves when so many were ended. */
    async endedBy(count: number): Promise<void> {
      // The daemon's own timers keep no process alive.
      const alive = setInterval(() => {}, 1000);
      while (ended.length < count)
        await new Promise<void>((resolve) => {
          waiting.add(resolve);
        });
      clearInterval(alive);
    },
  };
}
