/** The screens of sessions that are looked at: so many at most, and none of a session that nobody looked at for a while. */
import type { Backend } from '../backend/index.js';
import type { Terminals } from '../terminals/terminals.js';
import { createView, type View } from './view.js';

export interface ViewsDeps {
  readonly terminals: Pick<Terminals, 'stream'>;
  readonly backend: Pick<Backend, 'capture'>;
}

export interface Views {
  view(pane: number): View;
  close(): void;
}

/** A screen takes about half a megabyte; drawing another one takes a millisecond. */
const SCREENS = 64;
const REST_MS = 60_000;

export function createViews({ terminals, backend }: ViewsDeps): Views {
  /** When each was last looked at; the one longest ago first. */
  const used = new Map<View, number>();
  let timer: NodeJS.Timeout | undefined;

  const rest = (view: View) => {
    used.delete(view);
    view.rest();
  };

  const sweep = () => {
    timer = undefined;
    for (const [view, at] of used) if (performance.now() - at >= REST_MS) rest(view);
    wait();
  };

  /** Only while there is something to let go of. */
  const wait = () => {
    const [oldest] = used.values();
    if (oldest !== undefined) timer ??= setTimeout(sweep, Math.max(REST_MS - (performance.now() - oldest), 0)).unref();
  };

  const use = (view: View) => {
    used.delete(view);
    used.set(view, performance.now());
    for (const [other] of used) {
      if (used.size <= SCREENS) break;
      if (other !== view) rest(other);
    }
    wait();
  };

  return {
    view(pane) {
      const made = createView({
        ...{ pane, backend, stream: () => terminals.stream(pane) },
        async open(cols, rows) {
          // With tmux there is no other use for a terminal of our own, and its library takes long to load.
          const { openScreen } = await import('./screen.js');
          return openScreen(cols, rows);
        },
      });
      return {
        async see(size, flowing) {
          use(this);
          return made.see(size, flowing);
        },
        rest() {
          used.delete(this);
          made.rest();
        },
      };
    },
    close() {
      clearTimeout(timer);
      for (const view of [...used.keys()]) rest(view);
    },
  };
}
