/** Events of the backend, which begin before those who want them exist. */
import type { BackendEvents } from './backend/index.js';

export interface Relay {
  /** For the backend. */
  readonly events: BackendEvents;
  /** From now on events go there, first those that were kept. */
  connect(target: BackendEvents): void;
}

export function createRelay(): Relay {
  let to: BackendEvents | undefined;
  const early: (() => void)[] = [];
  const events: BackendEvents = {
    // Bytes from before anybody can have opened a stream are in no epoch.
    output: (pane, data) => to?.output(pane, data),
    paused: (pane) => (to ? to.paused(pane) : early.push(() => to?.paused(pane))),
    windowClosed: (window) => (to ? to.windowClosed(window) : early.push(() => to?.windowClosed(window))),
    died: () => to?.died(),
    connected: (same) => (to ? to.connected(same) : early.push(() => to?.connected(same))),
    lost: (reason) => to?.lost(reason),
  };
  return {
    events,
    connect(target: BackendEvents) {
      to = target;
      for (const event of early.splice(0)) event();
    },
  };
}
