/** What the backend tells, brought to sessions and streams. */
import type { AgentWatching } from './agents/agents.js';
import type { Backend } from './backend/index.js';
import type { Board } from './health/board.js';
import type { Relay } from './relay.js';
import type { Activity } from './sessions/activity.js';
import type { CloseDeps } from './sessions/close.js';
import { closeGone, type ReconcileDeps, reconcile } from './sessions/reconcile.js';
import type { Steady } from './steady.js';
import type { Terminals } from './terminals/terminals.js';

export type Watched = Omit<ReconcileDeps, 'gone' | 'ended'> & {
  ends: { count: number; look: () => void };
  terminals: Terminals;
  activity: Activity;
  agents: AgentWatching;
  over: CloseDeps['over'];
  steady: Steady;
  board: Pick<Board, 'note' | 'clear'>;
  /** Aborted when the daemon stops. */
  ending: AbortSignal;
  backend: Backend;
  counts: { printed(bytes: number): void };
};

const AGAIN_MS = 5000;

/** Connects the backend's events to sessions and streams. Returns a look at everything, for boot and now and then. */
export function watchBackend(deps: Watched, relay: Relay): (boot: boolean) => Promise<void> {
  const { places, terminals, activity, agents, log } = deps;
  const wiring: ReconcileDeps = {
    ...deps,
    ended(session, pane) {
      terminals.ended(pane, session.exit?.code ?? null);
      agents.ended(session.id);
      deps.over(session, pane);
    },
    gone(session, pane) {
      terminals.endAll(session.id, 'gone');
      if (pane !== undefined) terminals.forget(pane);
    },
  };

  let again: NodeJS.Timeout | undefined;
  /** What is not written down now is found at another look. */
  const steadily = async (what: string, round: () => Promise<unknown>) => {
    if (deps.ending.aborted || (await deps.steady(what, round))) return;
    if (again) return;
    again = setTimeout(() => {
      again = undefined;
      void look(false);
    }, AGAIN_MS).unref();
  };
  const look = async (boot: boolean) => {
    if (boot) await reconcile(wiring, { boot });
    else await steadily('a look at the windows', () => reconcile(wiring, { boot }));
  };

  relay.connect({
    output(pane, data) {
      terminals.output(pane, data);
      deps.counts.printed(data.length);
      const id = places.byPane(pane);
      if (id === undefined) return;
      activity.seen(id);
      agents.printed(id);
      places.spoke(id);
    },
    paused: terminals.paused,
    windowClosed(window) {
      const id = places.byWindow(window);
      if (id !== undefined) void steadily('the end of a window', () => closeGone(wiring, id));
    },
    died() {
      deps.ends.count++;
      void look(false);
    },
    connected(same) {
      log({ level: 'warn', message: 'the backend is back', same });
      deps.board.clear('tmux');
      if (!same) {
        // Another server gives the numbers of its predecessor's panes to new ones: nothing may reach those by mistake.
        places.clear();
        terminals.forgetAll();
        agents.lost();
      }
      void look(false).then(terminals.resumed);
    },
    lost(reason) {
      deps.board.note('tmux', { reason: `tmux is not reached: ${reason}. It is tried again all the time.` });
      terminals.interrupted();
    },
  });
  return look;
}
