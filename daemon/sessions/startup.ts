/** Types a session's startup command into its shell once that has fallen quiet; at most once, whatever happens. */
import { RpcError, type Session } from '#protocol';
import type { Backend } from '../backend/index.js';
import type { Journal } from '../events/journal.js';
import type { Lock } from '../rpc/locks.js';
import type { Places } from './places.js';
import { isLive } from './session.js';
import type { SessionStore } from './store.js';

export interface StartupDeps {
  readonly store: SessionStore;
  readonly places: Places;
  readonly backend: Pick<Backend, 'type' | 'keys'>;
  readonly journal: Journal;
  readonly lock: Lock;
  readonly now: () => number;
  log(line: { level: 'warn'; message: string; [key: string]: unknown }): void;
}

export interface Startup {
  /** Begins to wait, if the session has a command that was not typed yet. Returns at once. */
  begin(id: string): void;
  /** Leaves every command that is still waiting to the next daemon. */
  close(): void;
}

/** After its last output a shell is taken to wait for input. */
const QUIET_MS = 300;
/** One that prints nothing at all has no prompt. */
const MUTE_MS = 2000;
/** One that prints all the time is no shell that waits. */
const PATIENCE_MS = 20_000;

/** `QUIET_MS`, `MUTE_MS`, `PATIENCE_MS` for all but tests. */
export interface StartupTimes {
  readonly quietMs: number;
  readonly muteMs: number;
  readonly patienceMs: number;
}

const usual: StartupTimes = { quietMs: QUIET_MS, muteMs: MUTE_MS, patienceMs: PATIENCE_MS };

export function createStartup(deps: StartupDeps, times: StartupTimes = usual): Startup {
  const waits = new Map<string, () => void>();

  const settle = async (id: string, quiet: boolean) => {
    waits.get(id)?.();
    waits.delete(id);
    await deps.lock(`session ${id}`, () => (quiet ? type(deps, id) : skip(deps, id)));
  };

  return {
    begin(id) {
      if (deps.store.find(id)?.startup?.state !== 'waiting' || waits.has(id)) return;
      const ended = (quiet: boolean) =>
        void settle(id, quiet).catch((reason) =>
          deps.log({ level: 'warn', message: 'a startup command was not typed', session: id, reason: String(reason) }),
        );
      waits.set(id, waitForQuiet(deps, id, times, ended));
    },
    close() {
      for (const leave of waits.values()) leave();
      waits.clear();
    },
  };
}

/** Calls `over` once. Returns the way out. */
function waitForQuiet(
  { store, places }: StartupDeps,
  id: string,
  { quietMs, muteMs, patienceMs }: StartupTimes,
  over: (quiet: boolean) => void,
): () => void {
  const started = performance.now();
  let timer = setTimeout(over, muteMs, true);
  const leave = places.listen(id, () => {
    clearTimeout(timer);
    const session = store.find(id);
    if (!session || !isLive(session) || session.exit) return over(false);
    const patience = started + patienceMs - performance.now();
    timer = patience > quietMs ? setTimeout(over, quietMs, true) : setTimeout(over, Math.max(0, patience), false);
  });
  return () => {
    clearTimeout(timer);
    leave();
  };
}

/** Written down as typed before it is: after a crash nobody can tell, and twice would be worse than never. */
async function type(deps: StartupDeps, id: string): Promise<void> {
  const session = deps.store.find(id);
  const place = deps.places.find(id);
  if (session?.startup?.state !== 'waiting') return;
  if (!place || !isLive(session) || session.exit) return skip(deps, id);
  keep(deps, session, 'typed');
  try {
    await deps.backend.type(place.pane, Buffer.from(session.startup.command));
    await deps.backend.keys(place.pane, ['Enter']);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    deps.log({ level: 'warn', message: 'a startup command was not typed', session: id, reason: error.message });
  }
}

function skip(deps: StartupDeps, id: string): void {
  const session = deps.store.find(id);
  if (session?.startup?.state !== 'waiting') return;
  keep(deps, session, 'skipped');
  deps.log({ level: 'warn', message: 'a startup command was not typed: the shell did not fall quiet', session: id });
}

function keep({ store, journal, now }: StartupDeps, session: Session, state: 'typed' | 'skipped'): void {
  const next = { ...session, startup: { command: session.startup!.command, state }, updatedAt: now() };
  journal.act(() => {
    store.save(next);
    journal.tell(next.userId, 'session/changed', { session: next });
  });
}
