/** Makes a session: intent, window, row; undone in reverse when a step fails. */
import { randomUUID } from 'node:crypto';
import type { Parsed, Session } from '#protocol';
import type { Backend, Place } from '../backend/index.js';
import type { Journal } from '../events/journal.js';
import type { Lock } from '../rpc/locks.js';
import type { WorktreePlan } from '../worktrees/create.js';
import { checkLaunch } from './check.js';
import { launchOf, type SessionLaunch } from './launch.js';
import type { Startup } from './startup.js';
import type { Intent } from './store.js';
import { type UndoDeps, undo, undoAlone } from './undo.js';
import { directoryIn, type Holding, isDirectory, type PlanDeps, planWorktree, repositoryOf } from './worktree.js';

export interface CreateDeps extends Omit<UndoDeps, 'backend' | 'worktrees'>, PlanDeps {
  readonly backend: Pick<Backend, 'kind' | 'create' | 'kill' | 'list'>;
  readonly journal: Journal;
  readonly preferences: PlanDeps['preferences'] & {
    /** What holds in a folder, or for the user. Throws NotFound for a folder that is none of his. */
    resolve(user: string, folderId: string | null): Holding;
  };
  readonly folders: { find(id: string): { readonly id: string } | undefined };
  readonly startup: Pick<Startup, 'begin'>;
  readonly sessionTokens: UndoDeps['sessionTokens'] & {
    /** Makes the token of a session whose row is there; the path of the file it stands in. Throws Unavailable. */
    give(session: Session): string;
  };
  /** What every session's program starts with. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of whoever started the daemon: programs make files as they would without us. */
  readonly umask: number;
  /** Told to each program as `RDV_API_SOCKET`. */
  readonly socket: string;
  readonly ends: Ends;
  readonly lock: Lock;
}

/** Ends of programs, whosever they were. */
export interface Ends {
  /** Grows with each. */
  readonly count: number;
  /** Finds out whose; returns at once. */
  look(): void;
}

type Wanted = Partial<Parsed<'session/create'>> & Pick<Parsed<'session/create'>, 'name'>;

/** What runs a session's program, where it is not the program itself; it sees to it that no output is lost. */
export type Launcher = (argv: readonly string[]) => readonly string[];

/** Creates of one key run one after another, so that the second finds what the first made. */
export function createSessions(deps: CreateDeps) {
  return (user: string, wanted: Wanted, signal?: AbortSignal): Promise<Session> => {
    const { idempotencyKey: key } = wanted;
    const asked = { user, signal };
    if (key === undefined) return createSession(deps, asked, wanted);
    return deps.lock(`idempotencyKey ${JSON.stringify([user, key])}`, () => createOnce(deps, asked, wanted, key));
  };
}

/** Who asks, and whether he still wants it. */
interface Asked {
  readonly user: string;
  readonly signal?: AbortSignal | undefined;
}

async function createOnce(deps: CreateDeps, asked: Asked, wanted: Wanted, key: string): Promise<Session> {
  const made = deps.store.byKey(asked.user, key);
  if (made) return made;
  // An earlier create with this key failed and could not be undone then; it is undone now, or this one fails as well.
  const left = deps.store.intentOf(asked.user, key);
  if (left) await undo(deps, left);
  return createSession(deps, asked, wanted);
}

/** Throws InvalidParams, NotFound, Conflict, Timeout, Unavailable, and leaves nothing behind. */
export async function createSession(
  deps: CreateDeps,
  asked: Asked,
  wanted: Wanted,
  launcher?: Launcher,
): Promise<Session> {
  const holding = deps.preferences.resolve(asked.user, wanted.folderId ?? null);
  const launch = launchOf(wanted, holding.preferences);
  check(deps, launch);
  const session = draft(deps, asked.user, wanted, launch);
  if (wanted.createWorktree) {
    const path = repositoryOf(deps, asked.user, wanted, holding);
    const intent = await makeWorktree(deps, asked, { wanted, session, path });
    return start(deps, intent, launch, launcher);
  }
  deps.store.intend(session, wanted.idempotencyKey);
  return start(deps, { session, plan: undefined }, launch, launcher);
}

interface WorktreeWanted {
  readonly wanted: Wanted;
  readonly session: Session;
  /** The repository, or a directory in it. */
  readonly path: string;
}

/** Writes the intent down and makes the worktree, alone in its repository. */
function makeWorktree(deps: CreateDeps, { signal }: Asked, { wanted, session, path }: WorktreeWanted): Promise<Intent> {
  const { worktrees, store, log } = deps;
  const make = async () => {
    const plan = await planWorktree(deps, path, wanted, signal);
    const projectPath = directoryIn(plan, wanted.projectPath);
    const planned = {
      ...session,
      projectPath,
      folderId: folderOf(deps, session),
      worktreePath: isOurs(deps, plan) ? plan.path : null,
      worktreeBranch: plan.branch,
    };
    store.intend(planned, wanted.idempotencyKey, plan);
    try {
      const { warnings } = await worktrees.make(plan, signal);
      for (const warning of warnings) log({ level: 'warn', message: 'about a worktree', session: session.id, warning });
      // The branch may lack the directory the caller is in.
      return { session: isDirectory(projectPath) ? planned : { ...planned, projectPath: plan.path }, plan };
    } catch (error) {
      await undoAlone(deps, { session, plan }).catch((reason) => leftBehind(deps, session.id, reason));
      throw error;
    }
  };
  return worktrees.alone(path, make, signal);
}

/** Null when its folder was removed meanwhile. */
function folderOf({ folders }: CreateDeps, { folderId }: Session): string | null {
  return folders.find(folderId ?? '')?.id ?? null;
}

/** Made for this session, or for an earlier one; what somebody made by hand is never taken away with a session. */
function isOurs({ store }: CreateDeps, { reused, path }: WorktreePlan): boolean {
  return !reused || [...store.all()].some(({ worktreePath }) => worktreePath === path);
}

/** Starts the program of an intent, and makes a session of it. */
async function start(
  deps: CreateDeps,
  intent: Intent,
  launch: SessionLaunch,
  launcher: Launcher | undefined,
): Promise<Session> {
  const { store, journal, now } = deps;
  const { session, plan } = intent;
  const endsBefore = deps.ends.count;
  try {
    const place = await open(deps, session, { ...launch, directory: session.projectPath }, launcher);
    deps.places.set(session.id, place);
    const made = { ...session, folderId: folderOf(deps, session), lastActivityAt: now() };
    journal.act(() => {
      store.save(made);
      if (plan && !plan.reused) {
        const { path, repoPath, branch } = plan;
        journal.tell(session.userId, 'worktree/created', { path, repoPath, branch });
      }
      journal.tell(session.userId, 'session/created', { session: made });
    });
    // Whoever looked meanwhile did not know this session: its program may be the one that ended.
    if (deps.ends.count !== endsBefore) deps.ends.look();
    deps.startup.begin(made.id);
    return made;
  } catch (error) {
    // The intent stays when this fails too; the same key or the next start undoes it. The caller hears of the first failure.
    await undo(deps, intent).catch((reason) => leftBehind(deps, session.id, reason));
    throw error;
  }
}

function leftBehind({ log }: CreateDeps, session: string, reason: unknown): void {
  log({ level: 'warn', message: 'what a failed create made is still there', session, reason: String(reason) });
}

/** Starts the program in its window. */
function open(
  deps: CreateDeps,
  session: Session,
  launch: SessionLaunch,
  launcher: Launcher | undefined,
): Promise<Place> {
  const { backend, socket, umask } = deps;
  const { id, cols, rows, projectPath: directory, folderId, worktreeBranch } = session;
  check(deps, launch);
  const own = {
    RDV_SESSION_ID: id,
    ...(backend.kind === 'tmux' && { RDV_TMUX_SESSION: session.tmuxSessionName }),
    RDV_PROJECT_PATH: directory,
    ...(folderId !== null && { RDV_FOLDER_ID: folderId }),
    ...(worktreeBranch !== null && { RDV_WORKTREE_BRANCH: worktreeBranch }),
    RDV_API_SOCKET: socket,
    // Where it stands is no secret; what stands there is in no environment and on no command line.
    RDV_TOKEN_FILE: deps.sessionTokens.give(session),
  };
  return backend.create({
    ...{ id, cols, rows, directory, umask, historyLimit: launch.historyLimit },
    argv: launcher?.(launch.argv) ?? launch.argv,
    // A shell is left by a person, and prints next to nothing then.
    linger: session.command !== null && launcher === undefined,
    environment: { ...launch.environment, ...own },
  });
}

function check({ environment }: CreateDeps, launch: SessionLaunch): void {
  checkLaunch({ ...launch, environment: { ...environment, ...launch.environment } });
}

function draft({ store, now, backend }: CreateDeps, user: string, wanted: Wanted, launch: SessionLaunch): Session {
  const id = randomUUID();
  const at = now();
  const { startupCommand: command } = launch;
  return {
    id,
    userId: user,
    name: wanted.name,
    status: 'active',
    backend: backend.kind,
    tmuxSessionName: `rdv-${id}`,
    projectPath: launch.directory,
    folderId: wanted.folderId ?? null,
    githubRepoId: wanted.githubRepoId ?? null,
    worktreeBranch: wanted.worktreeBranch ?? null,
    worktreePath: null,
    profileId: wanted.profileId ?? null,
    agentProvider: wanted.agentProvider ?? null,
    agentState: 'unknown',
    health: 'unknown',
    isOrchestratorSession: wanted.isOrchestratorSession ?? false,
    ...{ splitGroupId: null, splitOrder: 0, splitSize: 0.5 },
    command: wanted.command ?? null,
    cols: wanted.cols ?? 80,
    rows: wanted.rows ?? 24,
    home: wanted.cols && wanted.rows ? { cols: wanted.cols, rows: wanted.rows } : null,
    exit: null,
    startup: command === '' ? null : { command, state: 'waiting' },
    tabOrder: store.nextTabOrder(user),
    lastActivityAt: at,
    createdAt: at,
    updatedAt: at,
  };
}
