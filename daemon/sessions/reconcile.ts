/** Brings rows and windows together: at boot, after tmux came back, when a program ended. */
import type { Session } from '#protocol';
import type { Backend, SeenWindow } from '../backend/index.js';
import type { Journal } from '../events/journal.js';
import { exited, isElsewhere, isLive, turn } from './session.js';
import { type UndoDeps, undo } from './undo.js';

export interface ReconcileDeps extends UndoDeps {
  readonly journal: Journal;
  readonly backend: Pick<Backend, 'kind' | 'list' | 'kill'>;
  readonly now: () => number;
  /** A program was seen to have ended. */
  ended(session: Session, pane: number): void;
  /** A session's window is no more. */
  gone(session: Session, pane: number | undefined): void;
}

export interface Reconciled {
  /** Windows named like ours that no row knows. They are left alone. */
  readonly orphans: readonly string[];
}

/**
 * One look at the backend. A row whose window it says is not there is closed; when it does not answer nothing is
 * concluded (this throws), nor of rows that live in tmux while there is none. An intent left by a crash becomes a
 * session when its window stands, else it is forgotten.
 */
export async function reconcile(deps: ReconcileDeps, { boot }: { boot: boolean }): Promise<Reconciled> {
  const before = new Set([...deps.store.all()].filter(isLive).map(({ id }) => id));
  const windows = new Map((await deps.backend.list()).map((window) => [window.id, window]));
  if (boot) await finishIntents(deps, windows);
  for (const { id } of [...deps.store.all()]) {
    // As it is now: closing the one before it waited.
    const session = deps.store.find(id);
    const window = windows.get(id);
    if (!session || !isLive(session) || isElsewhere(session, deps.backend.kind)) continue;
    if (window) found(deps, session, window);
    // A session made while tmux was asked is not in its answer.
    else if (before.has(id)) await closeGone(deps, id);
  }
  const making = new Set(deps.store.intents().map(({ session }) => session.id));
  const orphans = [...windows.keys()].filter((id) => !deps.store.find(id) && !making.has(id));
  if (orphans.length > 0)
    deps.log({ level: 'warn', message: 'tmux windows without a session are left alone', orphans });
  return { orphans };
}

/** What a crash cut short: it is finished where its window stands, else undone. What cannot be undone now stays an intent. */
async function finishIntents(deps: ReconcileDeps, windows: ReadonlyMap<string, SeenWindow>): Promise<void> {
  const { store, journal, log, backend } = deps;
  for (const intent of store.intents()) {
    const { session } = intent;
    if (isElsewhere(session, backend.kind)) continue;
    const kept = windows.has(session.id);
    log({ level: 'warn', message: 'a session that was being made when the daemon ended', session: session.id, kept });
    if (kept) {
      journal.act(() => {
        store.save(session);
        journal.tell(session.userId, 'session/created', { session });
      });
    } else {
      await undo(deps, intent).catch((reason) =>
        log({ level: 'warn', message: 'it cannot be undone yet', session: session.id, reason: String(reason) }),
      );
    }
  }
}

function found(deps: ReconcileDeps, session: Session, window: SeenWindow): void {
  const { store, places, journal, now, ended } = deps;
  const place = places.find(session.id);
  if (place?.pane !== window.pane || place.window !== window.window) places.set(session.id, window);
  if (!window.dead || session.exit) return;
  const over = exited(session, window.exitCode, window.exitSignal, now());
  journal.act(() => {
    store.save(over);
    journal.afterwards(() => ended(over, window.pane));
    journal.tell(session.userId, 'session/exited', { session: over });
  });
  places.spoke(session.id);
}

/** Closes a session whose window is provably gone, unless somebody closed it meanwhile, and tells. */
export function closeGone(
  { lock, store, places, journal, now, gone }: Omit<ReconcileDeps, 'tmux'>,
  id: string,
): Promise<void> {
  return lock(sessionKey(id), async () => {
    const session = store.find(id);
    if (!session || !isLive(session)) return;
    const pane = places.find(id)?.pane;
    const at = now();
    const over = session.exit ? session : exited(session, null, null, at);
    const closed = turn(over, 'closed', at);
    journal.act(() => {
      store.save(closed);
      journal.afterwards(() => {
        places.remove(id);
        gone(closed, pane);
      });
      // Its program went down with the window; how, nobody can tell any more.
      if (!session.exit) journal.tell(session.userId, 'session/exited', { session: closed });
      journal.tell(session.userId, 'session/changed', { session: closed });
    });
    places.spoke(id);
  });
}

const sessionKey = (id: string) => `session ${id}`;
