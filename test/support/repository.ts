/** Real git repositories for tests, in folders that go away, and git as the daemon runs it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { createGit, type Git } from '../../daemon/git/index.js';
import { folderFor } from './whole.js';

export interface TestRepository {
  /** Real path. */
  readonly path: string;
  /** Runs git there by hand; what it printed, trimmed. */
  git(...args: readonly string[]): string;
  /** Writes files below it, by relative path. */
  write(files: Readonly<Record<string, string>>): void;
  /** Writes files and commits everything; the commit. */
  commit(files: Readonly<Record<string, string>>, message?: string): string;
}

export interface Place {
  /** Real path of a folder for repositories; HOME of every git here is beside it. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** As the daemon runs it. */
  readonly git: Git;
  /** An empty repository with branch main. */
  init(name: string, ...options: readonly string[]): TestRepository;
  /** One that is there already. */
  at(path: string): TestRepository;
}

/** No configuration of this machine is read; who commits is said by the environment. */
export function placeFor(t: TestContext, more: Readonly<Record<string, string>> = {}): Place {
  return placeIn(realpathSync(folderFor(t)), more);
}

/** In a folder, by its real path. */
export function placeIn(folder: string, more: Readonly<Record<string, string>> = {}): Place {
  const home = join(folder, 'home');
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, '.gitconfig'), '[user]\n\tname = Ann\n\temail = ann@example.org\n');
  const environment = { HOME: home, PATH: process.env.PATH ?? '', ...more };
  const byHand = { ...environment, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' };

  const at = (path: string): TestRepository => {
    const git = (...args: readonly string[]) =>
      execFileSync('git', args, { cwd: path, env: byHand, encoding: 'utf8', stdio: 'pipe' }).trim();
    const write = (files: Readonly<Record<string, string>>) => {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(path, name)), { recursive: true });
        writeFileSync(join(path, name), text);
      }
    };
    return {
      ...{ path, git, write },
      commit(files, message = 'a commit') {
        write(files);
        git('add', '--all');
        git('commit', '--quiet', '--allow-empty', '-m', message);
        return git('rev-parse', 'HEAD');
      },
    };
  };

  return {
    ...{ folder, environment, at },
    git: createGit({ environment, umask: 0o022 }),
    init(name, ...options) {
      const path = resolve(folder, name);
      // Without the usual examples of hooks a repository is a third of the files.
      execFileSync('git', ['init', '--quiet', '--template=', '--initial-branch=main', ...options, path], {
        env: byHand,
      });
      return at(path);
    },
  };
}
