/** The hook methods: what is in the settings of each agent in a project, and putting ours in and taking it out. */
import { stat } from 'node:fs/promises';
import { type Folder, type HookProvider, type hookMethods, type Result, RpcError, type Session } from '#protocol';
import type { Handlers } from '../rpc/handlers.js';
import { type AgentHooks, agentHooks, type Surroundings } from './agent.js';
import { type Making, makings } from './command.js';
import { type HookedAgent, hookedAgents } from './events.js';
import { readSettings, removeFolders, Untouchable, writeSettings } from './file.js';
import { look, whyLeftAlone } from './look.js';

export interface HookDeps {
  readonly folders: {
    /** Throws NotFound, also for a folder of another user. */
    get(user: string, id: string): Folder;
  };
  readonly store: {
    /** Throws NotFound, also for a session of another user. */
    get(user: string, id: string): Session;
  };
  /** Where the repository of a folder lies, by its preferences. */
  localRepository(user: string, folderId: string): string | null;
  surroundings(): Surroundings;
}

interface Asked {
  readonly folderId: string;
  readonly sessionId?: string | undefined;
}

type Changed = Result<'hook/install'>;
type Outcome = Changed['results'][number];

export function hookHandlers(deps: HookDeps): Handlers<typeof hookMethods> {
  const placeOf = (user: string, { folderId, sessionId }: Asked) => {
    const { id, name, path } = deps.folders.get(user, folderId);
    const session = sessionId === undefined ? undefined : deps.store.get(user, sessionId);
    const projectPath = path ?? deps.localRepository(user, id) ?? session?.projectPath ?? null;
    return { folderId: id, folderName: name, projectPath };
  };

  return {
    async 'hook/status'(asked, { user }) {
      const place = placeOf(user, asked);
      const { projectPath } = place;
      if (projectPath === null) return { ...place, hooks: null, message: noProject(place.folderName) };
      const seen = await Promise.all(hookedAgents.map((agent) => look(agent, projectPath)));
      const hooks = Object.fromEntries(seen.map(({ agent, installed }) => [agent, installed]));
      const remarks = seen.flatMap(({ agent, wrong }) => (wrong === undefined ? [] : `${agent}: ${wrong}`));
      return {
        ...place,
        hooks: hooks as Record<HookedAgent, boolean>,
        ...(remarks.length > 0 && { message: remarks.join(' ') }),
      };
    },

    async 'hook/install'({ providers, ...asked }, { user }) {
      const wanted = checkProviders(providers);
      const surroundings = deps.surroundings();
      const act = (agent: HookedAgent, project: string) => install(agentHooks[agent], project, surroundings);
      return change(placeOf(user, asked), wanted, act, 'Installed');
    },

    async 'hook/remove'({ providers, ...asked }, { user }) {
      const wanted = providers ? checkProviders(providers) : hookedAgents;
      const act = (agent: HookedAgent, project: string) => remove(agentHooks[agent], project);
      return change(placeOf(user, asked), wanted, act, 'Removed');
    },
  };
}

type Place = Pick<Changed, 'folderId' | 'folderName' | 'projectPath'>;

const noProject = (name: string) =>
  `Folder "${name}" has no project directory. Set its path with folder/update, or localRepoPath with preference/setFolder.`;

function checkProviders(given: readonly string[]): readonly HookProvider[] {
  const strange = given.filter((name) => !hookedAgents.includes(name as HookProvider));
  if (strange.length === 0) return [...new Set(given as HookProvider[])];
  const said = `There are no hooks for ${strange.map((name) => `"${name}"`).join(', ')}. Name some of ${hookedAgents.join(', ')}.`;
  throw new RpcError('InvalidParams', said, { code: 'INVALID_PROVIDERS' });
}

/** One after another: each says what became of it, and one that fails does not keep the others from it. */
async function change(
  place: Place,
  providers: readonly HookProvider[],
  act: (agent: HookedAgent, project: string) => Promise<string>,
  done: string,
): Promise<Changed> {
  const { projectPath: project } = place;
  if (project === null) throw new RpcError('InvalidParams', noProject(place.folderName), { code: 'NO_PROJECT_PATH' });
  const results: Outcome[] = [];
  for (const provider of providers) {
    const at = { provider, configPath: [project, ...agentHooks[provider].path].join('/') };
    results.push({ ...at, ...(await trying(() => act(provider, project))) });
  }
  const failed = results.filter(({ success }) => !success);
  const rest = failed.length > 0 ? ` Left alone: ${failed.map(({ provider }) => provider).join(', ')}.` : '';
  const went = results.filter(({ success }) => success).map(({ provider }) => provider);
  const message = `${done}: ${went.join(', ') || 'none'}.${rest}`;
  return { ...place, results, success: failed.length === 0, message };
}

async function trying(act: () => Promise<string>): Promise<Pick<Outcome, 'success' | 'message'>> {
  try {
    return { success: true, message: await act() };
  } catch (error) {
    const why = whyLeftAlone(error);
    if (why === undefined) throw error;
    return { success: false, message: `Left alone: ${why}` };
  }
}

async function install(hooks: AgentHooks, project: string, surroundings: Surroundings): Promise<string> {
  await checkProject(project);
  const before = await readSettings(project, hooks.path);
  const text = hooks.add(before.text, before.missingFolders, surroundings);
  if (text === undefined) return `Installed already.${hooks.remark(surroundings)}`;
  await writeSettings(before, text);
  return `Installed. It counts when the agent starts the next time.${hooks.remark(surroundings)}`;
}

async function remove(hooks: AgentHooks, project: string): Promise<string> {
  await checkProject(project);
  const before = await readSettings(project, hooks.path);
  const left = before.text === undefined ? undefined : hooks.remove(before.text);
  if (!left || left.text === before.text) return 'There was nothing of ours in it.';
  await writeSettings(before, left.text);
  if (left.text === undefined) await removeFolders(before.path, foldersIn(left.made));
  return left.text === undefined ? 'Removed, with the file that was made for it.' : 'Removed.';
}

const foldersIn = (made: Making) => Math.max(makings.indexOf(made) - makings.indexOf('file'), 0);

async function checkProject(project: string): Promise<void> {
  const found = await stat(project).catch((error: NodeJS.ErrnoException) => {
    throw new Untouchable(`The project directory ${project} cannot be looked at (${error.code}).`);
  });
  if (!found.isDirectory()) throw new Untouchable(`${project} is not a directory.`);
}
