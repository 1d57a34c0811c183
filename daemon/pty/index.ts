/** Programs on terminals of this process itself, for machines without tmux: they end with the daemon. */
import { RpcError } from '#protocol/errors';
import { type Backend, type BackendEvents, endGroup, type NewWindow } from '../backend/index.js';
import { loadNative } from './native.js';
import { gone, openWindow, type Window } from './window.js';

export interface PtyOptions {
  /** Every program starts with it, and with nothing else of the daemon's. */
  readonly environment: Readonly<Record<string, string>>;
  /** For people: why less is promised than with tmux. */
  readonly degraded: string;
}

/** Throws Unavailable, with the cure, when this system's part of node-pty is missing. */
export function openPty({ environment, degraded }: PtyOptions, events: BackendEvents): Backend {
  const native = loadNative();
  const windows = new Map<number, Window>();
  /** Those forgotten, while their programs take their leave. */
  const leaving = new Map<Window, Promise<void>>();
  let last = 0;
  let closed = false;

  const get = (number: number): Window => {
    const window = windows.get(number);
    if (window) return window;
    throw gone(number);
  };

  const create = (wanted: NewWindow) => {
    if (closed) throw new RpcError('Unavailable', 'The daemon is stopping; no program is started any more.');
    const number = ++last;
    windows.set(number, openWindow({ native, environment, events, number }, wanted));
    return { window: number, pane: number };
  };

  const forget = (number: number, hard = false) => {
    const window = windows.get(number);
    if (!window) return;
    windows.delete(number);
    if (hard) endGroup(window.seen().pid);
    leaving.set(
      window,
      window.end().finally(() => leaving.delete(window)),
    );
    if (!closed) events.windowClosed(number);
  };

  // Without this an exit would wait for every program: node-pty joins the threads that wait for their ends.
  const slay = () => {
    for (const window of [...windows.values(), ...leaving.keys()]) window.slay();
  };
  process.on('exit', slay);

  return {
    kind: 'pty',
    version: 'node-pty',
    socketName: undefined,
    degraded,
    create: async (wanted) => create(wanted),
    list: async () => [...windows.values()].map((window) => window.seen()),
    sessions: async () => [],
    capture: async (pane, options) => get(pane).capture(options),
    pause(pane) {
      // Only captures that are not exact lead here, and here all are.
      throw new Error(`Terminal ${pane} cannot be paused.`);
    },
    type: async (pane, data) => get(pane).type(data),
    paste: async (pane, data) => get(pane).paste(data),
    keys: async (pane, names) => get(pane).keys(names),
    leaveModes: async (pane) => void get(pane),
    resize: async (window, cols, rows) => get(window).resize(cols, rows),
    kill: async (window, hard) => forget(window, hard),
    ping: async () => {},
    async close() {
      closed = true;
      for (const number of windows.keys()) forget(number);
      await Promise.all(leaving.values());
      process.off('exit', slay);
    },
  };
}
