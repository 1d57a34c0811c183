/** What sessions ask of other slices, scriptable: preferences, folders, worktrees, the trash. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Preferences, RpcError, type Source, type TrashItem } from '#protocol';
import { createLock } from '../../daemon/rpc/locks.js';
import type { Made, WorktreePlan } from '../../daemon/worktrees/create.js';

/** Its worktree is there already, made by somebody else. */
export const REUSED = 'by-hand';

export type Step = 'plan' | 'make' | 'unmake' | 'check' | 'find' | 'give' | 'addWorktree' | 'addSession';

/** `preferences.current` holds in every folder; the only folder is `folders.known` of ann. Slow on purpose. */
export function createSurroundings() {
  const alone = createLock();
  const calls: string[] = [];
  const failures = new Map<Step, Error>();
  const given = new Set<string>();
  const current: Preferences = {
    defaultWorkingDirectory: tmpdir(),
    defaultShell: '/bin/sh',
    startupCommand: '',
    theme: 'dark',
    fontSize: 14,
    fontFamily: 'monospace',
    xtermScrollback: 1000,
    tmuxHistoryLimit: 10_000,
    orchestrator: 'watch',
    deniedCommands: [],
    auditInjectedText: false,
    environmentVars: {},
    githubRepoId: null,
    localRepoPath: null,
  };
  const source: Pick<Source, 'type'> = { type: 'default' };
  const known = randomUUID();
  const getFolder = (user: string, id: string) => {
    if (user === 'ann' && id === known) return { id };
    throw new RpcError('NotFound', `No folder ${id}.`, { code: 'FOLDER_NOT_FOUND' });
  };
  const slow = async (step: Step, what: string) => {
    calls.push(`${step} ${what}`);
    await sleep(1);
    const error = failures.get(step);
    failures.delete(step);
    if (error) throw error;
  };
  return {
    calls,
    /** The next of these fails, after it did its work. */
    failStep: (step: Step, error: Error) => void failures.set(step, error),
    preferences: {
      current,
      /** Where the working directory is from. */
      source,
      resolve(user: string, folderId: string | null) {
        if (folderId !== null) getFolder(user, folderId);
        return { preferences: current, sources: { defaultWorkingDirectory: { type: source.type } } };
      },
      repositoryPath: (_user: string, id: string) => (id === 'cloned' ? tmpdir() : undefined),
    },
    remoteUrl: async () => 'https://example.org/ann/cloned.git',
    folders: { known, get: getFolder, find: (id: string) => (id === known ? { id } : undefined) },
    worktrees: {
      async plan({ path, branch }: { path: string; branch: string }): Promise<WorktreePlan> {
        await slow('plan', branch);
        const place = `${path}-${branch.replaceAll('/', '-')}`;
        if (branch === REUSED) return { ...somePlan, repoPath: path, path: place, branch, reused: true };
        if (existsSync(place)) throw new RpcError('Conflict', `${place} is there.`, { code: 'PATH_EXISTS' });
        return { ...somePlan, repoPath: path, path: place, branch };
      },
      alone: <T>(_path: string, task: () => Promise<T>) => alone('repository', task),
      async make({ path, reused }: WorktreePlan) {
        if (!reused) mkdirSync(path);
        await slow('make', path);
        return { warnings: [] as string[] } as Partial<Made> as Made;
      },
      async unmake({ path }: WorktreePlan) {
        rmSync(path, { recursive: true, force: true });
        await slow('unmake', path);
        return { kept: null };
      },
    },
    sessionTokens: {
      /** Sessions that have one. */
      given,
      give({ id }: { id: string }) {
        const error = failures.get('give');
        failures.delete('give');
        if (error) throw error;
        given.add(id);
        return `/run/tokens/${id}`;
      },
      end: (id: string) => void given.delete(id),
    },
    removal: {
      async check(path: string) {
        await slow('check', path);
        return { path, repoPath: '/repository' };
      },
      async find(path: string) {
        await slow('find', path);
        return { path, repoPath: '/repository' };
      },
    },
    trash: {
      async addWorktree(_user: string, { path }: { path: string }) {
        await slow('addWorktree', path);
        return { id: randomUUID() as string } as TrashItem;
      },
      async addSession(_user: string, { name }: { name: string }, place: { path: string } | null) {
        await slow('addSession', place ? `${name} ${place.path}` : name);
        return { id: randomUUID() as string } as TrashItem;
      },
    },
  };
}

const somePlan = {} as WorktreePlan;
