/** Callers that wait until somebody else has left. */
export interface Room {
  /** Resolves when somebody left, or after so long. False at once when too many wait already. */
  wait(ms: number): Promise<boolean>;
  /** Somebody left: all who wait look whether there is a place for them. */
  left(): void;
}

export function createRoom(most: number): Room {
  const waiting = new Set<() => void>();
  return {
    async wait(ms) {
      if (waiting.size >= most) return false;
      await new Promise<void>((resolve) => {
        const go = () => {
          clearTimeout(timer);
          waiting.delete(go);
          resolve();
        };
        const timer = setTimeout(go, ms);
        waiting.add(go);
      });
      return true;
    },
    left() {
      for (const go of [...waiting]) go();
    },
  };
}
