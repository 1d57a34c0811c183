/** The methods about our own tmux server: what is in it, and the end of what should not be. */
import { RpcError, type Session, type TmuxSession, type tmuxMethods } from '#protocol';
import type { Backend, BackendSession } from '../backend/index.js';
import type { Handlers } from '../rpc/handlers.js';
import type { Lock } from '../rpc/locks.js';
import { type CloseDeps, closeSession } from './close.js';
import { isLive } from './session.js';
import type { SessionStore } from './store.js';

export interface TmuxDeps extends CloseDeps {
  readonly store: SessionStore;
  readonly backend: Pick<Backend, 'kill' | 'sessions'>;
  readonly viewers: CloseDeps['viewers'] & { isWatched(sessionId: string): boolean };
  readonly folders: { find(id: string): { readonly name: string } | undefined };
  readonly lock: Lock;
  log(line: { level: 'warn'; message: string; [key: string]: unknown }): void;
}

export function tmuxHandlers(deps: TmuxDeps): Handlers<typeof tmuxMethods> {
  return {
    async 'tmux/list'(_params, { user, identity: { reach } }) {
      const seen = (await visible(deps, user)).filter(({ id }) => !reach || reach.session(id));
      const sessions = seen.map((each) => shown(deps, each)).sort(orphansFirst);
      const orphanedCount = sessions.filter(({ isOrphaned }) => isOrphaned).length;
      const totalCount = sessions.length;
      return { sessions, totalCount, orphanedCount, trackedCount: totalCount - orphanedCount };
    },

    async 'tmux/kill'({ name }, { user }) {
      if (!name.startsWith(PREFIX)) throw notOurs(name);
      const found = (await visible(deps, user)).find((each) => each.name === name);
      if (!found) throw notFound(name);
      await end(deps, user, found);
      return { success: true };
    },

    async 'tmux/killOrphaned'(_params, { user }) {
      const orphans = (await visible(deps, user)).filter(({ id }) => isOrphan(deps, id));
      const ended = await Promise.all(orphans.map((orphan) => endOrphan(deps, user, orphan)));
      return { success: true, killed: orphans.filter((_, at) => ended[at]).map(({ name }) => name) };
    },
  };
}

const PREFIX = 'rdv-';

/**
 * What the user may know of: his own, and what is nobody's. One that is being made is not there yet, and one that shows
 * a window of a session that stands, as a second view of it does, is nobody's to end.
 */
async function visible(deps: Pick<TmuxDeps, 'backend' | 'store'>, user: string): Promise<BackendSession[]> {
  const sessions = await deps.backend.sessions();
  const standing = sessions.filter(({ id }) => !isOrphan(deps, id) || isIntended(deps, id));
  const theirs = new Set(standing.flatMap(({ windows }) => windows));
  const isView = (session: BackendSession) =>
    !standing.includes(session) && session.windows.some((window) => theirs.has(window));
  return sessions.filter((session) => isVisible(deps, user, session.id) && !isView(session));
}

function isVisible({ store }: Pick<TmuxDeps, 'store'>, user: string, id: string): boolean {
  const row = store.find(id);
  return row ? row.userId === user : !isIntended({ store }, id);
}

function isIntended({ store }: Pick<TmuxDeps, 'store'>, id: string): boolean {
  return store.intents().some(({ session }) => session.id === id);
}

function isOrphan({ store }: Pick<TmuxDeps, 'store'>, id: string): boolean {
  const row = store.find(id);
  return !row || !isLive(row);
}

function shown(deps: TmuxDeps, { id, name, windows, createdAt, attached }: BackendSession): TmuxSession {
  const row: Session | undefined = deps.store.find(id);
  return {
    ...{ name, windowCount: windows.length, created: createdAt },
    attached: attached || deps.viewers.isWatched(id),
    isOrphaned: isOrphan(deps, id),
    dbSessionId: row?.id ?? null,
    folderName: deps.folders.find(row?.folderId ?? '')?.name ?? null,
  };
}

function orphansFirst(a: TmuxSession, b: TmuxSession): number {
  return Number(b.isOrphaned) - Number(a.isOrphaned) || a.created - b.created || (a.name < b.name ? -1 : 1);
}

async function end(deps: TmuxDeps, user: string, session: BackendSession): Promise<void> {
  if (await endOrphan(deps, user, session)) return;
  await deps.lock(`session ${session.id}`, async () => {
    const row = deps.store.find(session.id);
    // Closed meanwhile, which is what was wanted.
    if (row && isLive(row)) await closeSession(deps, user, session.id);
  });
}

/** Looked at again under the lock: false when a session stands for it by now. */
function endOrphan(deps: TmuxDeps, user: string, { id, name, windows }: BackendSession): Promise<boolean> {
  return deps.lock(`session ${id}`, async () => {
    if (!isVisible(deps, user, id) || !isOrphan(deps, id)) return false;
    deps.log({ level: 'warn', message: 'a tmux session that no session stands for is ended', name, user });
    for (const window of windows) await deps.backend.kill(window, true);
    return true;
  });
}

function notOurs(name: string): RpcError {
  const said = `Expected \`name\` to begin with "${PREFIX}", got ${JSON.stringify(name.slice(0, 60))}.`;
  return new RpcError('InvalidParams', `${said} List them with tmux/list.`, { code: 'INVALID_SESSION_NAME' });
}

function notFound(name: string): RpcError {
  const said = `No tmux session ${JSON.stringify(name)}. List them with tmux/list.`;
  return new RpcError('NotFound', said, { code: 'TMUX_SESSION_NOT_FOUND' });
}
