/** The orchestrator methods. Each reads top to bottom: load, decide, act. None waits but those that make a session. */
import {
  type Folder,
  type orchestratorMethods,
  orchestratorSettings,
  type Parsed,
  type Result,
  RpcError,
  type Session,
} from '#protocol';
import type { Journal } from '../events/journal.js';
import type { Handlers } from '../rpc/handlers.js';
import { isLive } from '../sessions/session.js';
import type { Bootstrap } from './bootstrap.js';
import type { Logged } from './log.js';
import { configured, type Kept, paused, resumed } from './orchestrator.js';
import type { Roster } from './roster.js';

export interface OrchestratorDeps {
  readonly roster: Roster;
  readonly bootstrap: Pick<Bootstrap, 'reinitialize'>;
  readonly folders: {
    /** Throws NotFound for a folder that is none of the user's. */
    get(user: string, id: string): Folder;
  };
  readonly sessions: {
    /** Throws NotFound, also for a session of another user. */
    get(user: string, id: string): Session;
    /** From now on it is an orchestrator's own, which nobody watches. Tells. */
    adopt(session: Session): void;
  };
  readonly journal: Pick<Journal, 'act' | 'tell' | 'afterwards'>;
  readonly now: () => number;
}

export function orchestratorHandlers(deps: OrchestratorDeps): Handlers<typeof orchestratorMethods> {
  const { roster, folders, bootstrap, now } = deps;
  const seen = (kept: Kept) => ({ orchestrator: roster.shown(roster.find(kept.id)!) });
  const turn = (kept: Kept, next: Kept | undefined, action: string) =>
    next && roster.change(next, { action, details: { from: kept.status, to: next.status } });
  const turns = {
    pause: (kept: Kept) => turn(kept, paused(kept, now()), 'paused'),
    resume: (kept: Kept) => turn(kept, resumed(kept, now()), 'resumed'),
  };
  const ofFolder = (user: string, folderId: string) => roster.ofFolder(user, folders.get(user, folderId).id);

  return {
    'orchestrator/list'(_params, { user, identity: { reach } }) {
      const own = roster.list(user).filter(({ id }) => !reach || reach.orchestrator(id));
      return { orchestrators: own.map(roster.shown) };
    },

    'orchestrator/create'({ type, folderId, sessionId, startMonitoring: monitoring, ...settings }, { user }) {
      if (type === 'sub_orchestrator' && folderId === undefined) throw missingFolder();
      if (type === 'sub_orchestrator') folders.get(user, folderId!);
      const home = sessionId === undefined ? undefined : homeOf(deps, user, sessionId);
      const where = { folderId: folderId ?? null, sessionId: sessionId ?? null };
      const { kept, logged } = deps.journal.act(() => {
        const made = roster.make({ userId: user, type, ...where, monitoring, ...settings });
        if (home) deps.sessions.adopt(home);
        return made;
      });
      return { ...seen(kept), auditLog: logged };
    },

    'orchestrator/get': ({ id }, { user }) => seen(roster.get(user, id)),

    'orchestrator/update'({ id, action, ...settings }, { user }) {
      const kept = roster.get(user, id);
      checkGiven({ action, ...settings });
      const logged: (Logged | undefined)[] = [];
      const other = configured(kept, settings, now());
      if (other) logged.push(roster.change(other.next, { action: 'config_changed', details: other.details }));
      if (action) logged.push(turns[action](roster.get(user, id)));
      const auditLog = logged.findLast(Boolean);
      return { ...seen(kept), ...(auditLog && { auditLog }) };
    },

    'orchestrator/delete'({ id }, { user }) {
      roster.remove(roster.get(user, id));
      return { success: true };
    },

    'orchestrator/pause'({ id }, { user }) {
      const kept = roster.get(user, id);
      turns.pause(kept);
      return seen(kept);
    },

    'orchestrator/resume'({ id }, { user }) {
      const kept = roster.get(user, id);
      turns.resume(kept);
      return seen(kept);
    },

    'orchestrator/reinitialize': ({ type, folderId, config = {} }, { user, signal }) => {
      if (type === 'sub_orchestrator' && folderId === undefined) throw missingFolder();
      return bootstrap.reinitialize(user, { type, folderId, ...config }, signal);
    },

    'orchestrator/ofFolder'({ folderId }, { user }) {
      const kept = ofFolder(user, folderId);
      return { orchestrator: kept ? roster.shown(kept) : null };
    },

    'orchestrator/ensure': ({ folderId, ...wanted }, { user }) => ensure(deps, user, folderId, wanted),

    'orchestrator/deleteOfFolder'({ folderId }, { user }) {
      const kept = ofFolder(user, folderId);
      if (!kept) throw noneOfFolder(folderId);
      roster.remove(kept);
      return { success: true };
    },
  };
}

type Ensured = Omit<Parsed<'orchestrator/ensure'>, 'folderId'>;

function ensure(
  { roster, folders }: OrchestratorDeps,
  user: string,
  folderId: string,
  { startMonitoring: monitoring, ...settings }: Ensured,
): Result<'orchestrator/ensure'> {
  const there = roster.ofFolder(user, folders.get(user, folderId).id);
  const wanted = {
    userId: user,
    type: 'sub_orchestrator',
    folderId,
    sessionId: null,
    monitoring,
    ...settings,
  } as const;
  const kept = there ?? roster.make(wanted).kept;
  return { orchestrator: roster.shown(kept), created: !there, sessionId: kept.sessionId };
}

/** Throws unless it may live there. */
function homeOf({ sessions, roster }: OrchestratorDeps, user: string, sessionId: string): Session {
  const session = sessions.get(user, sessionId);
  const other = roster.inSession(sessionId);
  if (isLive(session) && !other) return session;
  const why = other ? `has an orchestrator, ${other.id}` : `is ${session.status}`;
  const code = other ? { code: 'SESSION_HAS_ORCHESTRATOR' } : { code: 'SESSION_CLOSED' };
  throw new RpcError('Conflict', `Session ${sessionId} ${why}. Name another one, or none.`, code);
}

function checkGiven(given: Readonly<Record<string, unknown>>): void {
  if (Object.values(given).some((value) => value !== undefined)) return;
  const names = ['action', ...Object.keys(orchestratorSettings)].join(', ');
  throw new RpcError('InvalidParams', `Nothing was given to change. Give at least one of ${names}.`, {
    code: 'NO_UPDATES',
  });
}

export function missingFolder(): RpcError {
  const said = 'A `sub_orchestrator` watches a folder: name it as `folderId`.';
  return new RpcError('InvalidParams', said, { code: 'MISSING_FOLDER_ID' });
}

function noneOfFolder(folderId: string): RpcError {
  const said = `Folder ${folderId} has no orchestrator. Make one with orchestrator/ensure.`;
  return new RpcError('NotFound', said, { code: 'ORCHESTRATOR_NOT_FOUND' });
}
