/** Where each live session is in the backend, and who wants to hear of its output. */
import { RpcError, type Session } from '#protocol';
import type { Place } from '../backend/index.js';
import { isLive } from './session.js';

export interface Places {
  /** Throws Gone when the session has no window, and Unavailable when it lives where it cannot be reached. */
  get(id: string): Place;
  /** Undefined when it has none; throws Unavailable as well. */
  find(id: string): Place | undefined;
  set(id: string, place: Place): void;
  remove(id: string): void;
  /** No window is where it was. */
  clear(): void;
  byPane(pane: number): string | undefined;
  byWindow(window: number): string | undefined;
  all(): Iterable<[string, Place]>;
  /** Calls `listener` after each output of a session and when it changes. Returns the way out. */
  listen(id: string, listener: () => void): () => void;
  /** The session printed something, or something about it changed. */
  spoke(id: string): void;
  /** Time since it last did; since it was found, when it never did. */
  quietMs(id: string): number;
}

/** `check` is asked about a session without a window: it throws when that does not mean that there is none. */
export function createPlaces(check: (id: string) => void = () => {}): Places {
  const places = new Map<string, Place>();
  const panes = new Map<number, string>();
  const listeners = new Map<string, Set<() => void>>();
  const spokeAt = new Map<string, number>();

  const remove = (id: string) => {
    const place = places.get(id);
    if (!place) return;
    places.delete(id);
    panes.delete(place.pane);
    spokeAt.delete(id);
  };

  const find = (id: string) => {
    const place = places.get(id);
    if (!place) check(id);
    return place;
  };

  return {
    get(id) {
      const place = find(id);
      if (place) return place;
      throw new RpcError('Gone', `The window of session ${id} is gone.`, { code: 'TMUX_SESSION_GONE' });
    },
    find,
    set(id, place) {
      remove(id);
      places.set(id, place);
      panes.set(place.pane, id);
      spokeAt.set(id, performance.now());
    },
    remove,
    clear() {
      for (const id of [...places.keys()]) remove(id);
    },
    byPane: (pane) => panes.get(pane),
    byWindow: (window) => [...places].find(([, place]) => place.window === window)?.[0],
    all: () => places,
    listen(id, listener) {
      const heard = listeners.get(id) ?? new Set();
      listeners.set(id, heard.add(listener));
      return () => {
        heard.delete(listener);
        if (heard.size === 0 && listeners.get(id) === heard) listeners.delete(id);
      };
    },
    quietMs: (id) => performance.now() - (spokeAt.get(id) ?? performance.now()),
    spoke(id) {
      if (places.has(id)) spokeAt.set(id, performance.now());
      for (const listener of listeners.get(id) ?? []) listener();
    },
  };
}

/** Where a live session is. Throws Gone for one that is closed, and as `get` does. */
export function windowOf(places: Pick<Places, 'get'>, session: Session): Place {
  if (isLive(session)) return places.get(session.id);
  throw new RpcError('Gone', `Session ${session.id} is ${session.status}; its window is gone.`, {
    code: 'TMUX_SESSION_GONE',
  });
}
