/** The preference methods, and what holds where for the rest of the daemon. None waits, so none needs a lock. */
import { type Folder, MAX_VARIABLES, preferenceMethods, type Result, RpcError } from '#protocol';
import { refuseLoaders } from '../rpc/environment.js';
import type { Handlers } from '../rpc/handlers.js';
import { createHeld, type Held, type PreferenceDeps } from './held.js';
import { environment, explained, type Resolved, resolved } from './resolve.js';

export interface PreferencesSlice {
  readonly handlers: Handlers<typeof preferenceMethods>;
  /** What holds for a session in a folder, or in none, and where it is from. Throws NotFound. */
  resolve(user: string, folderId: string | null): Resolved;
  /** Where a folder of the user has said that it has this repository. */
  repositoryPath(user: string, githubRepoId: string): string | undefined;
  /** To be called when a folder's row is gone: it is no longer set, active or pinned. Tells. */
  forget(folder: Folder): void;
}

export function createPreferences(deps: PreferenceDeps): PreferencesSlice {
  const { folders } = deps;
  const held = createHeld(deps);
  return {
    handlers: preferenceHandlers(held, deps),

    resolve: (user, folderId) => resolved(held.stacks(user, folderId)),

    repositoryPath(user, githubRepoId) {
      const set = folders.list(user).map((folder) => held.folder(folder));
      return set.find((each) => each.githubRepoId === githubRepoId && each.localRepoPath)?.localRepoPath ?? undefined;
    },

    forget(folder) {
      held.forget(folder);
    },
  };
}

function preferenceHandlers(
  held: Held,
  { folders, checkDenied }: Pick<PreferenceDeps, 'folders' | 'checkDenied'>,
): Handlers<typeof preferenceMethods> {
  return {
    'preference/get'(_params, { user }) {
      const own = folders.list(user);
      const userSettings = held.user(user);
      const active = userSettings.pinnedFolderId ?? userSettings.activeFolderId;
      return {
        userSettings,
        folderPreferences: own.filter(held.isSet).map(held.folder),
        folders: [...own],
        activeFolder: own.find(({ id }) => id === active) ?? null,
      };
    },

    'preference/set'(changes, { user }) {
      checkGiven('preference/set', changes);
      changes.deniedCommands?.forEach(checkDenied);
      for (const id of [changes.activeFolderId, changes.pinnedFolderId]) if (id) folders.get(user, id);
      held.set(user, null, changes);
      return held.user(user);
    },

    'preference/activate'({ folderId, pinned }, { user }) {
      if (folderId !== null) folders.get(user, folderId);
      const [activeFolderId, pinnedFolderId] = pinned ? [null, folderId] : [folderId, null];
      held.set(user, null, { activeFolderId, pinnedFolderId });
      return held.user(user);
    },

    'preference/getFolder'({ folderId }, { user }) {
      const folder = folders.get(user, folderId);
      return { preferences: held.isSet(folder) ? held.folder(folder) : null };
    },

    'preference/setFolder'({ folderId, ...changes }, { user, identity }) {
      refuseLoaders(changes.environmentVars, identity);
      const folder = folders.get(user, folderId);
      checkGiven('preference/setFolder', changes);
      changes.deniedCommands?.forEach(checkDenied);
      held.set(user, folderId, changes);
      return { preferences: held.folder(folder), portValidation: ports(held, user, folderId) };
    },

    'preference/clearFolder'({ folderId }, { user }) {
      held.clear(folders.get(user, folderId));
      return { success: true };
    },

    'preference/setVariables'({ folderId = null, variables, unset }, { user, identity }) {
      refuseLoaders(variables, identity);
      const environmentVars = { ...held.variables(user, folderId), ...variables };
      checkVariables(variables, unset);
      for (const name of unset) delete environmentVars[name];
      checkCount(environmentVars);
      held.set(user, folderId, { environmentVars });
      return { variables: held.variables(user, folderId), portValidation: ports(held, user, folderId) };
    },

    'preference/environment': ({ folderId }, { user }) => environment(held.stacks(user, folderId)),

    'preference/validatePorts'({ folderId, environmentVars }, { user }) {
      folders.get(user, folderId);
      return held.conflicts(user, folderId, environmentVars);
    },

    'preference/explain': ({ folderId = null }, { user }) => explained(held.stacks(user, folderId)),
  };
}

/** Of all that is set there now. */
function ports(held: Held, user: string, folderId: string | null): Result<'preference/validatePorts'> {
  return held.conflicts(user, folderId, held.variables(user, folderId));
}

type Setter = 'preference/set' | 'preference/setFolder';

function checkGiven(name: Setter, changes: Readonly<Record<string, unknown>>): void {
  if (Object.values(changes).some((value) => value !== undefined)) return;
  const keys = Object.keys(preferenceMethods[name].params.shape).filter((key) => key !== 'folderId');
  throw noUpdates(`Give at least one of ${keys.join(', ')}.`);
}

function checkVariables(variables: Readonly<Record<string, string>>, unset: readonly string[]): void {
  if (Object.keys(variables).length + unset.length === 0)
    throw noUpdates('Give `variables` with values by name, or names in `unset`.');
  const both = unset.find((name) => Object.hasOwn(variables, name));
  if (both === undefined) return;
  throw new RpcError('InvalidParams', `${both} is in \`variables\` and in \`unset\`. Name it in one of them.`);
}

function checkCount(variables: Readonly<Record<string, string>>): void {
  const count = Object.keys(variables).length;
  if (count <= MAX_VARIABLES) return;
  const said = `${count} variables would be set here; at most ${MAX_VARIABLES} can be. Unset some, or set them further up.`;
  throw new RpcError('InvalidParams', said);
}

function noUpdates(cure: string): RpcError {
  return new RpcError('InvalidParams', `Nothing was given to set. ${cure}`, { code: 'NO_UPDATES' });
}
