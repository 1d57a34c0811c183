/** Lets one part of the daemon act on what the others tell, without their knowing it. */
import type { EventName } from '#protocol';
import type { Happening, Journal } from './events/journal.js';

/** What was told, as one of a kind. */
export type Heard = { readonly [N in EventName]: { readonly name: N; readonly what: Happening<N> } }[EventName];

/** The same journal; `hear` is called after each event is written down and told. It must not throw. */
export function overhear(journal: Journal, hear: (heard: Heard) => void): Journal {
  return {
    tell(user, name, what) {
      journal.tell(user, name, what);
      journal.afterwards(() => hear({ name, what } as unknown as Heard));
    },
    act: (work) => journal.act(work),
    afterwards: (effect) => journal.afterwards(effect),
    list: (...asked) => journal.list(...asked),
    covers: (since) => journal.covers(since),
    get newest() {
      return journal.newest;
    },
  };
}
