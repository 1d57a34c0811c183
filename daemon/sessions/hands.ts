/** When somebody last typed into each session through the daemon; what is typed in tmux itself nobody knows. */

export interface Hands {
  typed(sessionId: string): void;
  /** Unix ms; undefined when nobody has since the daemon began. */
  typedAt(sessionId: string): number | undefined;
  /** The session is no more. */
  forget(sessionId: string): void;
}

export function createHands(now: () => number): Hands {
  const at = new Map<string, number>();
  return {
    typed: (sessionId) => void at.set(sessionId, now()),
    typedAt: (sessionId) => at.get(sessionId),
    forget: (sessionId) => void at.delete(sessionId),
  };
}
