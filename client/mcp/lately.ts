/** What was typed into sessions a moment ago: until the daemon has seen what came of it, an idle prompt is the old one. */
import type { Link } from './link.js';

/** How long the daemon may take to see that a shell has begun with something. */
const SEEN_MS = 1500;

const typedAt = new WeakMap<Link, Map<string, number>>();

export function noteTyped(link: Link, sessionId: string): void {
  const times = typedAt.get(link) ?? new Map<string, number>();
  // The oldest first: what is no longer of any use goes.
  for (const [id, at] of times) if (id === sessionId || performance.now() - at > SEEN_MS) times.delete(id);
  typedAt.set(link, times.set(sessionId, performance.now()));
}

/** For how long yet an idle prompt says nothing. */
export function unseenMs(link: Link, sessionId: string): number {
  const at = typedAt.get(link)?.get(sessionId);
  return at === undefined ? 0 : Math.max(0, at + SEEN_MS - performance.now());
}
