/** What the agents in all sessions are doing, kept as their screens change, for whoever asks and whoever wants to be told. */
import type { AgentTransition, HookReport, Session, SessionHealth, StallCause } from '#protocol';
import type { Dialog } from './dialog.js';
import type { Provider } from './evidence.js';
import type { Grid } from './grid.js';
import { createKeeper, type KeeperDeps } from './keeper.js';
import type { Submit } from './manifests/manifest.js';
import { createManifests, type OverridesDeps } from './overrides.js';
import type { Pids } from './pids.js';
import { createSubject, type Subject, type SubjectDeps } from './subject.js';
import type { Verdict } from './verdict.js';
import { createViews, type ViewsDeps } from './views.js';

/** One look at a session's screen, and what follows from it. */
export interface Look {
  readonly sessionId: string;
  /** Names one life of the program in the session; another one, when another program or agent starts. */
  readonly spawnId: string;
  /** Unix ms. */
  readonly at: number;
  readonly provider: Provider;
  readonly grid: Grid;
  readonly verdict: Verdict;
  /** What stands in the prompt box, without its placeholder; undefined when no box is seen. */
  readonly composer: { readonly text: string } | undefined;
  readonly dialog: Dialog | undefined;
  /** Hooks told that a tool began, and not that it ended. */
  readonly toolOpen: boolean;
  /** Reports that counted for nothing, since they told of an earlier life or of what is over. */
  readonly dropped: number;
}

export interface Change {
  /** Undefined for the first state of a life. */
  readonly before: Verdict | undefined;
  readonly look: Look;
}

export interface Agents {
  /** The last look; undefined before the first, and once the session is gone. */
  find(sessionId: string): Look | undefined;
  /** Brings the screen up to the newest byte and judges anew. Throws Gone and Unavailable. */
  look(sessionId: string): Promise<Look>;
  /** Called after each look. It must not throw. Returns the way out. */
  onLook(listener: (look: Look) => void): () => void;
  /** Called once a change of state is written down and told. It must not throw. Returns the way out. */
  onChange(listener: (change: Change) => void): () => void;
  /** Evidence of a hook; false when it counts for nothing. Throws Gone for a session that is closed. */
  report(report: HookReport): boolean;
  /** Written to the session and told by `agent/changed`. */
  setHealth(sessionId: string, health: SessionHealth, cause: StallCause | null): void;
  /** Why the health of a session is what it is, as it was set last. */
  cause(sessionId: string): StallCause | null;
  /** How an agent wants text to be sent off. */
  submit(provider: Provider): Submit;
  /** Newest first. */
  history(sessionId: string, limit: number): AgentTransition[];
  /** Deletes at most so many changes from before then, whosever they are. How many they were. */
  removeBefore(time: number, atMost: number): number;
}

/** For what tells of sessions. */
export interface AgentWatching {
  /** A session's program printed something. */
  printed(sessionId: string): void;
  /** Its program ended. */
  ended(sessionId: string): void;
  /** Something about a live session changed, perhaps its size. */
  changed(session: Session): void;
  /** The session is closed. */
  gone(session: Session): void;
  /** Looks at every live session once. */
  start(sessions: readonly Session[]): void;
  /** Reads the users' rules again. */
  reload(): void;
  /** Another server runs the programs: nothing is where it was. */
  lost(): void;
  close(): void;
}

export type AgentsDeps = KeeperDeps &
  ViewsDeps &
  Pick<SubjectDeps, 'places'> & {
    readonly pids: Pids;
    /** Where users keep rules of their own. */
    readonly folder: string;
    readonly log: SubjectDeps['log'] & OverridesDeps['log'];
  };

export function createAgents(deps: AgentsDeps): Agents & AgentWatching {
  const subjects = new Map<string, Subject>();
  const lookers = new Set<(look: Look) => void>();
  const keeper = createKeeper(deps);
  const manifests = createManifests(deps);
  const views = createViews(deps);
  const { pids } = deps;
  let open = true;

  const looked = (look: Look) => {
    for (const listener of [...lookers]) listener(look);
  };

  const subject = (id: string): Subject => {
    const found = subjects.get(id);
    if (found) return found;
    const known = { ...deps, ...pids, manifests, view: views.view, session: () => deps.store.find(id) };
    const made = createSubject({ ...known, keep: keeper.keep, since: keeper.since, looked }, id);
    subjects.set(id, made);
    return made;
  };

  const forget = (id: string) => {
    subjects.get(id)?.close();
    subjects.delete(id);
  };

  return {
    find: (id) => subjects.get(id)?.last,
    look(id) {
      deps.places.get(id);
      return subject(id).look();
    },
    onLook: (listener) => added(lookers, listener),
    onChange: keeper.onChange,
    report(report) {
      deps.places.get(report.sessionId);
      return subject(report.sessionId).report(report);
    },
    setHealth: (id, health, cause) => keeper.setHealth(id, health, cause, subjects.get(id)?.last),
    cause: keeper.cause,
    submit: (provider) => manifests.manifest(provider).submit,
    history: keeper.history,
    removeBefore: keeper.removeBefore,
    printed(id) {
      if (open) subject(id).printed();
    },
    ended(id) {
      if (open) subject(id).soon();
    },
    changed({ id, cols, rows }) {
      const grid = subjects.get(id)?.last?.grid;
      if (open && grid && (grid.cols !== cols || grid.rows !== rows)) subject(id).soon();
    },
    gone(session) {
      const last = subjects.get(session.id)?.last;
      forget(session.id);
      keeper.gone(session, last);
    },
    start(sessions) {
      for (const { id } of sessions) if (open) subject(id).soon();
    },
    reload: manifests.load,
    lost() {
      pids.forgetAll();
      for (const id of [...subjects.keys()]) forget(id);
    },
    close() {
      open = false;
      for (const id of [...subjects.keys()]) forget(id);
      views.close();
    },
  };
}

function added<T>(set: Set<T>, member: T): () => void {
  set.add(member);
  return () => void set.delete(member);
}
