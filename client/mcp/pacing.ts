/** Words that are said again and again: at once, and then at most once in a while. */

export interface Pacing {
  say(word: string): void;
  /** What waits is not said any more. */
  forget(word: string): void;
}

/** What is said meanwhile is said once more when the time is over, so that the last word is never lost. */
export function createPacing(everyMs: number, send: (word: string) => void): Pacing {
  const said = new Map<string, { timer: NodeJS.Timeout; again: boolean }>();
  const say = (word: string) => {
    const known = said.get(word);
    if (known) {
      known.again = true;
      return;
    }
    send(word);
    const timer = setTimeout(() => {
      const { again } = said.get(word)!;
      said.delete(word);
      if (again) say(word);
    }, everyMs);
    timer.unref();
    said.set(word, { timer, again: false });
  };
  return {
    say,
    forget(word) {
      clearTimeout(said.get(word)?.timer);
      said.delete(word);
    },
  };
}
