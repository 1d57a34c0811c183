/** What of a session's looks is new, against what was last written down. */
import type { AgentState } from '#protocol';
import type { Look } from './agents.js';
import type { Verdict } from './verdict.js';

export interface News {
  /** Writes down and tells what is new; false when that failed, and is to be tried again with the next look. */
  keep(look: Look): Promise<boolean>;
}

export interface NewsDeps {
  /** What the session's row says. */
  state(): AgentState;
  /** Resolves with whether it is written. */
  write(before: Verdict | undefined, look: Look): Promise<boolean>;
}

interface Written {
  readonly state: AgentState;
  readonly kind: string | undefined;
  readonly hash: string | undefined;
  readonly verdict: Verdict | undefined;
}

export function createNews({ state, write }: NewsDeps): News {
  let written: Written | undefined;
  return {
    async keep(look) {
      const { verdict, dialog } = look;
      const next = { state: verdict.state, kind: verdict.blocked?.kind, hash: dialog?.hash, verdict };
      const before = written ?? { state: state(), kind: next.kind, hash: next.hash, verdict: undefined };
      const kept = !isNews(before, next) || (await write(before.verdict, look));
      // A dialog that is drawn halfway for a moment is the same one after that.
      if (kept) written = { ...next, hash: next.state === 'blocked' ? (next.hash ?? before.hash) : undefined };
      return kept;
    },
  };
}

/** Another state, or another question. */
function isNews(before: Written, next: Written): boolean {
  if (before.state !== next.state) return true;
  if (next.state !== 'blocked') return false;
  return before.kind !== next.kind || (next.hash !== undefined && before.hash !== next.hash);
}
