/** Brings up an agent in a session of its own for an orchestrator, and tells it its task. */
import { type AgentProvider, type Folder, type OrchestratorType, type Result, RpcError, type Session } from '#protocol';
import type { Journal } from '../events/journal.js';
import type { Lock } from '../rpc/locks.js';
import type { Log } from '../rpc/serve.js';
import type { Monitor } from './monitor.js';
import { type Kept, nameOf, type Settings } from './orchestrator.js';
import type { Roster } from './roster.js';
import { taskOf } from './task.js';

type Agent = Exclude<AgentProvider, 'none'>;

export interface BootstrapDeps {
  readonly roster: Roster;
  readonly folders: { find(id: string): Folder | undefined };
  /** Of a folder, or where sessions of the user start; null when a folder has none. */
  readonly projectPath: (user: string, folderId: string | null) => string | null;
  /** The agent that the preferences name. */
  readonly agent: (user: string, folderId: string | null) => Agent | undefined;
  readonly createSession: (user: string, wanted: SessionWanted, signal?: AbortSignal) => Promise<Session>;
  /** Ends a session of ours; one that has ended is left alone. */
  readonly endSession: (user: string, id: string) => Promise<void>;
  /**
   * Types a prompt once the agent of the session takes one; with the same key it is typed once, whichever daemon asks. Throws
   * RpcError when it does not, in time.
   */
  readonly instruct: (sessionId: string, text: string, key?: string) => Promise<void>;
  readonly monitor: Pick<Monitor, 'begin'>;
  readonly journal: Pick<Journal, 'act' | 'tell' | 'afterwards'>;
  readonly lock: Lock;
  readonly log: Log;
  readonly steady: (what: string, round: () => unknown) => Promise<boolean>;
  readonly now: () => number;
}

export interface SessionWanted {
  readonly name: string;
  readonly projectPath: string;
  readonly folderId?: string;
  readonly agentProvider: Agent;
  readonly isOrchestratorSession: true;
  readonly autoLaunchAgent: true;
}

export interface BootstrapWanted extends Settings {
  readonly type: OrchestratorType;
  readonly folderId?: string | undefined;
  readonly agentProvider?: AgentProvider | undefined;
}

type Reinitialized = Result<'orchestrator/reinitialize'>;

export interface Bootstrap {
  /** Throws InvalidParams, Conflict, and Unavailable with BOOTSTRAP_FAILED; then all is as it was. */
  reinitialize(user: string, wanted: BootstrapWanted, signal?: AbortSignal): Promise<Reinitialized>;
  /** Goes on with those that an earlier daemon did not come to the end with. */
  start(): void;
}

export function createBootstrap(deps: BootstrapDeps): Bootstrap {
  const { roster, lock, monitor } = deps;
  return {
    reinitialize: (user, wanted, signal) =>
      lock(`orchestrator of ${wanted.folderId ?? user}`, () => reinitialize(deps, user, wanted, signal), signal),
    start() {
      for (const kept of roster.all())
        if (kept.status === 'pending_bootstrap') tellTask(deps, kept, monitor.begin(kept.id, 'bootstrapping'));
    },
  };
}

async function reinitialize(
  deps: BootstrapDeps,
  user: string,
  { type, folderId: named, agentProvider, ...settings }: BootstrapWanted,
  signal: AbortSignal | undefined,
): Promise<Reinitialized> {
  const { roster, agent } = deps;
  const folderId = type === 'master' ? null : named!;
  const wanted = { name: nameIn(deps, user, folderId), projectPath: pathIn(deps, user, folderId) };
  const provider = agentProvider ?? agent(user, folderId) ?? 'claude';
  const session = provider === 'none' ? undefined : await home(deps, user, { ...wanted, folderId, provider }, signal);
  const previous = folderId === null ? roster.master(user) : roster.ofFolder(user, folderId);
  const previousOrchestrator = previous ? roster.shown(previous) : null;
  const { kept, ready } = await replace(deps, { user, type, folderId, settings, previous, session });
  if (session) tellTask(deps, kept, ready);
  if (previous?.sessionId)
    void deps.steady('the end of an orchestrator', () => deps.endSession(user, previous.sessionId!));
  const orchestrator = roster.shown(roster.find(kept.id) ?? kept);
  const message = session
    ? `${orchestrator.name} lives in a session with ${provider}.`
    : `${orchestrator.name} watches.`;
  return { success: true, type, ...(folderId && { folderId }), orchestrator, previousOrchestrator, message };
}

/** Whichever folder there is none of is one that was named wrongly. */
function nameIn({ folders }: BootstrapDeps, user: string, folderId: string | null): string {
  if (folderId === null) return nameOf('master', undefined);
  const folder = folders.find(folderId);
  if (folder?.userId === user) return nameOf('sub_orchestrator', folder.name);
  throw new RpcError('InvalidParams', `No folder ${folderId}. List them with folder/list.`, {
    code: 'FOLDER_NOT_FOUND',
  });
}

function pathIn({ projectPath }: BootstrapDeps, user: string, folderId: string | null): string {
  const path = projectPath(user, folderId);
  if (path !== null) return path;
  const said = `Folder ${folderId} has no project directory. Set its path with folder/update.`;
  throw new RpcError('Conflict', said, { code: 'NO_PROJECT_PATH' });
}

interface HomeWanted {
  readonly name: string;
  readonly projectPath: string;
  readonly folderId: string | null;
  readonly provider: Agent;
}

function home(
  { createSession }: BootstrapDeps,
  user: string,
  { name, projectPath, folderId, provider }: HomeWanted,
  signal: AbortSignal | undefined,
): Promise<Session> {
  const wanted = { name, projectPath, agentProvider: provider, ...(folderId !== null && { folderId }) };
  return createSession(user, { ...wanted, isOrchestratorSession: true, autoLaunchAgent: true }, signal).catch(failed);
}

function failed(error: unknown): never {
  if (!(error instanceof RpcError) || error.kind === 'Cancelled') throw error;
  throw new RpcError('Unavailable', `No session could be made for it: ${error.message}`, {
    code: 'BOOTSTRAP_FAILED',
    details: { code: error.data.code },
  });
}

interface Replacing {
  readonly user: string;
  readonly type: OrchestratorType;
  readonly folderId: string | null;
  readonly settings: Settings;
  readonly previous: Kept | undefined;
  readonly session: Session | undefined;
}

/** The new one in the place of the old, in one commit; without it the session is ended as well. */
async function replace(deps: BootstrapDeps, { user, type, folderId, settings, previous, session }: Replacing) {
  const { roster, journal, monitor } = deps;
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  const where = { userId: user, type, folderId, sessionId: session?.id ?? null, monitoring: true };
  const status = session ? 'pending_bootstrap' : 'idle';
  const deed = { action: 'reinitialized', details: { previous: previous?.id ?? null } };
  let ready = () => {};
  try {
    return journal.act(() => {
      if (previous) roster.remove(previous);
      const { kept } = roster.make({ ...settingsOf(previous), ...given, ...where, status }, deed);
      if (session) ready = monitor.begin(kept.id, 'bootstrapping');
      return { kept, ready };
    });
  } catch (error) {
    ready();
    const left = (reason: unknown) =>
      deps.log({
        level: 'warn',
        message: 'the session of an orchestrator that failed is still there',
        reason: String(reason),
      });
    if (session) await deps.endSession(user, session.id).catch(left);
    return failed(error);
  }
}

function settingsOf(previous: Kept | undefined): Settings {
  if (!previous) return {};
  const { customInstructions, monitoringInterval, stallThreshold, autoIntervention } = previous;
  return { customInstructions, monitoringInterval, stallThreshold, autoIntervention };
}

/** Its status tells that it has yet to be told; whatever becomes of that stands in its log. */
function tellTask(deps: BootstrapDeps, { id, sessionId }: Kept, ready: () => void): void {
  const { roster } = deps;
  const note = (action: string, details: Readonly<Record<string, unknown>>) => {
    const kept = roster.find(id);
    if (kept) roster.change({ ...kept, updatedAt: deps.now() }, { action, details });
  };
  const tell = async () => {
    const kept = roster.find(id);
    if (!kept) return;
    try {
      if (sessionId === null) throw new RpcError('Gone', 'The session it was to live in has ended.');
      await deps.instruct(sessionId, taskOf(roster.shown(kept)), `task ${id}`);
      note('bootstrapped', {});
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      note('bootstrap_failed', { reason: error.message });
    }
  };
  void deps.steady('the task of an orchestrator', tell).finally(ready);
}
