/** What the end of a session means to other domains: what is learnt of it, and what becomes of its worktree. */
import { RpcError } from '#protocol';
import type { Backend } from './backend/index.js';
import { drawnText } from './drawn.js';
import type { Learning } from './knowledge/learning.js';
import type { Log } from './log/index.js';
import type { CloseDeps } from './sessions/close.js';
import type { DisposalDeps } from './sessions/disposal.js';
import type { Terminals } from './terminals/terminals.js';
import { findMovable, findRemovable, type RemovalDeps } from './worktrees/removal.js';

interface OverDeps {
  readonly terminals: Pick<Terminals, 'stream'>;
  readonly learning: Pick<Learning, 'sessionEnded'>;
  readonly log: Log;
}

/** Of what a session printed, the newest so much is looked at. */
const LEARNT_BYTES = 256 * 1024;

/** Copies what was printed, and leaves the rest for later, one after another: whoever ends a session does not wait for it. */
export function createOver({ terminals, learning, log }: OverDeps): CloseDeps['over'] {
  let before = Promise.resolve();
  return (session, pane) => {
    if (session.folderId === null) return;
    const { cols, rows } = session;
    const bytes = Buffer.from(terminals.stream(pane).newest(LEARNT_BYTES));
    before = before
      .then(() => drawnText({ bytes, cols, rows }))
      .then((text) => learning.sessionEnded(session, text))
      .catch((error: Error) =>
        log({
          level: 'error',
          message: 'What a session printed could not be drawn.',
          session: session.id,
          stack: error.stack,
        }),
      );
  };
}

type Deps = Omit<RemovalDeps, 'sessions'> & {
  readonly trashed: RemovalDeps['sessions'];
  readonly backend: Pick<Backend, 'list'>;
};

export function createRemoval(parts: Deps): DisposalDeps['removal'] {
  const deps: RemovalDeps = { ...parts, sessions: parts.trashed };
  return {
    async check(worktreePath, id) {
      const own = (await parts.backend.list()).filter((window) => window.id === id).map(({ pid }) => pid);
      return (await findRemovable(deps, { worktreePath, force: false }, { sessions: [id], pids: own })) ?? null;
    },
    async find(worktreePath) {
      try {
        return (await findMovable(deps, { worktreePath })) ?? null;
      } catch (error) {
        // Somebody made something else of it: that is not the session's to take.
        if (error instanceof RpcError && error.data.code === 'NOT_A_WORKTREE') return null;
        throw error;
      }
    },
  };
}
