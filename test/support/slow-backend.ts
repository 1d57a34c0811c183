/** A backend that is none: scriptable, and slow on purpose, since a fake that answers at once hides races. */
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { RpcError } from '#protocol';
import type { Backend, BackendKind, Capture, Modes, Place, SeenWindow } from '../../daemon/backend/index.js';

type Verb =
  | 'create'
  | 'list'
  | 'sessions'
  | 'capture'
  | 'type'
  | 'paste'
  | 'keys'
  | 'leaveModes'
  | 'resize'
  | 'kill'
  | 'ping';

export interface SlowBackend extends Backend {
  readonly windows: Map<string, SeenWindow>;
  /** Every call, as `verb argument`, in the order it came. */
  readonly calls: string[];
  /** Emits a verb when a call of it is done. */
  readonly spoken: EventEmitter;
  /** Hears what the backend would tell. */
  events: { output(pane: number): void; windowClosed(window: number): void; died(): void };
  /** The next call of a verb fails with the error, before it does anything, or after it did. */
  fail(verb: Verb, error: Error, when?: 'before' | 'after'): void;
  /** The next call of a verb does its work, then waits: `reached` resolves once it waits, until `release`. */
  hold(verb: Verb): { readonly reached: Promise<void>; release(): void };
  print(id: string, text: string): void;
  exit(id: string, code: number): void;
  /** The window goes away by itself. */
  vanish(id: string): void;
}

export const silent = () =>
  new RpcError('Unavailable', 'tmux is not answering: nothing came back. Try again in a moment.', {
    code: 'TMUX_UNAVAILABLE',
  });

export function createSlowBackend(kind: BackendKind = 'tmux'): SlowBackend {
  const windows = new Map<string, SeenWindow>();
  const texts = new Map<number, string>();
  const calls: string[] = [];
  const failures: { verb: Verb; error: Error; when: 'before' | 'after' }[] = [];
  const holds = new Map<Verb, { reach(): void; released: Promise<void> }>();
  const spoken = new EventEmitter();
  let last = 0;

  /** One call: late, recorded, and failing or waiting if it was told to. */
  const slow = async <T>(verb: Verb, argument: string, work: () => T): Promise<T> => {
    calls.push(`${verb} ${argument}`.trim());
    await sleep(1 + Math.random() * 2);
    const at = failures.findIndex((failure) => failure.verb === verb);
    const failure = at < 0 ? undefined : failures.splice(at, 1)[0];
    if (failure?.when === 'before') throw failure.error;
    const result = work();
    const held = holds.get(verb);
    holds.delete(verb);
    held?.reach();
    await held?.released;
    if (failure) throw failure.error;
    spoken.emit(verb);
    return result;
  };

  const at = (test: (window: SeenWindow) => boolean): SeenWindow => {
    const found = [...windows.values()].find(test);
    if (found) return found;
    throw new RpcError('Gone', 'The tmux window is gone.', { code: 'TMUX_SESSION_GONE' });
  };

  const backend: SlowBackend = {
    windows,
    calls,
    spoken,
    events: { output() {}, windowClosed() {}, died() {} },
    kind,
    version: 'slow',
    socketName: 'slow',
    degraded: undefined,
    fail: (verb, error, when = 'before') => void failures.push({ verb, error, when }),
    hold(verb) {
      let release!: () => void;
      let reach!: () => void;
      const released = new Promise<void>((resolve) => (release = resolve));
      const reached = new Promise<void>((resolve) => (reach = resolve));
      holds.set(verb, { reach, released });
      return { reached, release };
    },
    print(id, text) {
      const { pane } = windows.get(id)!;
      texts.set(pane, (texts.get(pane) ?? '') + text);
      backend.events.output(pane);
    },
    exit(id, code) {
      windows.set(id, { ...windows.get(id)!, dead: true, exitCode: code });
      backend.events.died();
    },
    vanish(id) {
      const { window } = windows.get(id)!;
      windows.delete(id);
      backend.events.windowClosed(window);
    },
    create: ({ id, cols, rows }) =>
      slow('create', id, (): Place => {
        const place = { window: ++last, pane: last + 100 };
        windows.set(id, { id, ...place, pid: last, dead: false, exitCode: null, exitSignal: null, cols, rows });
        return place;
      }),
    list: () => slow('list', '', () => [...windows.values()]),
    sessions: () =>
      slow('sessions', '', () =>
        [...windows.values()].map(({ id, window }) => ({
          ...{ id, name: `rdv-${id}`, windows: [window], createdAt: 1000 * window, attached: false },
        })),
      ),
    capture: (pane, { begun }) =>
      slow('capture', `%${pane}`, () => {
        at((window) => window.pane === pane);
        begun?.();
        return { ...captureOf(texts.get(pane) ?? ''), exact: true };
      }),
    type: (pane, data) => slow('type', data.toString(), () => void at((window) => window.pane === pane)),
    paste: (pane, data) => slow('paste', data.toString(), () => void at((window) => window.pane === pane)),
    keys: (pane, names) => slow('keys', names.join(' '), () => void at((window) => window.pane === pane)),
    leaveModes: (pane) => slow('leaveModes', '', () => void at((window) => window.pane === pane)),
    resize: (window, cols, rows) => slow('resize', `@${window} ${cols}x${rows}`, () => {}),
    kill: (window) =>
      slow('kill', `@${window}`, () => {
        const found = [...windows.values()].find((each) => each.window === window);
        if (found) backend.vanish(found.id);
      }),
    pause: async () => {},
    ping: () => slow('ping', '', () => {}),
    close: async () => {},
  };
  return backend;
}

function captureOf(text: string): Capture {
  const none = Buffer.alloc(0);
  const parts = { screen: none, hidden: none, cursorRow: none, pending: none };
  return { modes: {} as Modes, history: Buffer.from(text), ...parts, tabs: undefined };
}
