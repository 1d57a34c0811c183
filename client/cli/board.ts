/** The dashboard as it stands: what is known of the sessions, what the person does, and how both look. */
import type { Event, Receipt, Session } from '#protocol';
import type { Frame } from './canvas.js';
import { type Deed, type Desk, emptyDesk, press } from './desk.js';
import type { Key } from './keypress.js';
import { rowsOf } from './roster.js';
import type { Feed } from './watch-feed.js';
import { frameOf, type View } from './watch-view.js';
import { afterEvents, fromLists, nothingWatched, type Watched } from './watched.js';

export interface Board {
  /** Settles once the lists are there. */
  readonly ready: Promise<void>;
  /** The daemon is away: what is shown may be old. */
  readonly away: boolean;
  /** Takes what the daemon tells. */
  readonly feed: Feed;
  /** What the key comes to outside. */
  press(key: Key): Deed | undefined;
  frame(view: View): Frame & { readonly nextMs: number | undefined };
  session(id: string): Session | undefined;
  /** Says one line until the next key. */
  tell(text: string, failed?: boolean): void;
  /** Says how a receipt stands, as it goes on, until the next key. */
  follow(receipt: Receipt, to: string): void;
}

/** What happens between two drawings is gathered, but not more than this. */
const GATHERED = 500;

/** `changed` is called when it looks different. */
export function createBoard(changed: () => void): Board {
  let watched = nothingWatched;
  let desk = emptyDesk;
  let away = false;
  let gathered: Event[] = [];
  let begin = () => {};
  const ready = new Promise<void>((resolve) => (begin = resolve));
  const settled = (): Watched => {
    watched = afterEvents(watched, gathered);
    gathered = [];
    return watched;
  };
  const put = (next: Partial<Desk>) => {
    desk = { ...desk, ...next };
    changed();
  };
  const setAway = (is: boolean) => {
    away = is;
    changed();
  };
  return {
    ready,
    get away() {
      return away;
    },
    feed: {
      onLists(lists) {
        watched = fromLists(lists);
        gathered = [];
        begin();
        changed();
      },
      onEvent(event) {
        if (gathered.push(event) >= GATHERED) settled();
        changed();
      },
      onAway: () => setAway(true),
      onBack: () => setAway(false),
    },
    press(key) {
      const step = press(desk, rowsOf(settled(), desk), key);
      put(step.desk);
      return step.deed;
    },
    frame: (view) => frameOf({ watched: settled(), desk, rows: rowsOf(watched, desk), away }, view),
    session: (id) => settled().sessions.get(id),
    tell: (text, failed = false) => put({ note: { text, failed } }),
    follow(receipt, to) {
      // Its first steps may have been told before it was answered.
      const known = settled().receipts.get(receipt.id);
      if (!known || known.updatedAt < receipt.updatedAt)
        watched = { ...watched, receipts: new Map(watched.receipts).set(receipt.id, receipt) };
      put({ note: { receiptId: receipt.id, to } });
    },
  };
}
