/** The project methods, and the background that finds out what they tell. */
import { type Folder, type Project, type projectMethods, RpcError } from '#protocol';
import type { Db } from '../db/open.js';
import type { Handlers } from '../rpc/handlers.js';
import { createDetection, type DetectionDeps } from './detection.js';
import { type Known, present } from './project.js';
import { createProjectStore } from './store.js';

export interface ProjectDeps extends Omit<DetectionDeps, 'store' | 'folders'> {
  readonly db: Db;
  readonly folders: {
    /** Throws NotFound, also for a folder of another user. */
    get(user: string, id: string): Folder;
    find(id: string): Folder | undefined;
  };
}

export interface Projects {
  readonly handlers: Handlers<typeof projectMethods>;
  /** To be told of each folder that is made or changed, and of each a session is made in; returns at once. */
  want(folder: Folder): void;
  /** Null as long as nobody wanted to know. */
  find(folderId: string): Project | null;
  /** Looks at it now. Throws NotFound, Conflict with NO_PROJECT_PATH, Cancelled, Unavailable. */
  detect(user: string, folderId: string, signal: AbortSignal): Promise<Project>;
  close(): Promise<void>;
}

export function createProjects(deps: ProjectDeps): Projects {
  const { folders, now } = deps;
  const store = createProjectStore(deps.db);
  const detection = createDetection({ ...deps, store });

  const shown = (known: Known): Project => present(known, folders.find(known.folderId)?.path ?? null, now());
  const find = (folderId: string): Project | null => {
    const known = store.find(folderId);
    return known ? shown(known) : null;
  };

  const folderWithPath = (user: string, id: string): Folder => {
    const folder = folders.get(user, id);
    if (folder.path !== null) return folder;
    throw new RpcError('Conflict', `Folder ${id} has no project directory. Set its path with folder/update.`, {
      code: 'NO_PROJECT_PATH',
    });
  };

  const look = async (user: string, folderId: string, signal: AbortSignal): Promise<Project> =>
    shown(await detection.detect(folderWithPath(user, folderId), signal));

  const handlers: Handlers<typeof projectMethods> = {
    'project/get'({ folderId }, { user }) {
      const project = find(folders.get(user, folderId).id);
      if (project) return project;
      throw new RpcError('NotFound', `Nothing is known of a project in folder ${folderId}. Call project/detect.`, {
        code: 'PROJECT_NOT_FOUND',
      });
    },

    'project/detect'({ folderId, wait }, { user, signal }) {
      if (wait) return look(user, folderId, signal);
      detection.again(folderWithPath(user, folderId));
      return find(folderId)!;
    },

    'project/list': (_params, { user }) => ({ projects: store.list(user).map(shown) }),

    'project/refresh'(_params, { user }) {
      const old = store.list(user).filter((known) => ['stale', 'failed'].includes(shown(known).state));
      const due = old.flatMap(({ folderId }) => folders.find(folderId) ?? []).filter(({ path }) => path !== null);
      for (const folder of due) detection.again(folder);
      return { queued: due.length };
    },
  };

  return { handlers, find, want: detection.want, detect: look, close: detection.close };
}
