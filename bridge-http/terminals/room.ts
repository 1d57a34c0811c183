/** Where a stream waits until its viewer may have more: taken up again, given up as too slow, or over. */

export type Passage = 'free' | 'slow' | 'over';

export interface Room {
  /** Resolves at once while `isFree`. For one waiting at a time. */
  until(isFree: () => boolean): Promise<Passage>;
  /** The viewer took something in: it is looked at again, and is not slow. */
  moved(): void;
  /** Nobody will take anything any more. */
  end(): void;
}

export function createRoom(slowMs: number): Room {
  let over = false;
  let waiting: { readonly isFree: () => boolean; readonly settle: (passage: Passage) => void } | undefined;
  let timer: NodeJS.Timeout | undefined;
  const settle = (passage: Passage) => {
    clearTimeout(timer);
    waiting?.settle(passage);
    waiting = undefined;
  };
  const watch = () => {
    clearTimeout(timer);
    timer = setTimeout(() => settle('slow'), slowMs);
  };
  return {
    async until(isFree) {
      if (over) return 'over';
      if (isFree()) return 'free';
      return new Promise((resolve) => {
        waiting = { isFree, settle: resolve };
        watch();
      });
    },
    moved() {
      if (!waiting) return;
      if (waiting.isFree()) settle('free');
      else watch();
    },
    end() {
      over = true;
      settle('over');
    },
  };
}
