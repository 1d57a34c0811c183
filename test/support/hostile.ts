/** Repositories that would have git run a program of theirs: tried with plain git, and as the daemon runs it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { RpcError } from '#protocol';
import { createGit } from '../../daemon/git/index.js';
import { type Place, placeFor, type TestRepository } from './repository.js';

export interface Trap {
  readonly place: Place;
  readonly repository: TestRepository;
  /** A program that leaves the canary. */
  readonly evil: string;
  /** Makes a program of the same kind elsewhere. */
  plant(path: string): void;
  /** Runs when the test is over. */
  after(undo: () => void): void;
}

export interface Case {
  /** Resolves with commands that would run the program, in the repository or the directory they name. */
  readonly set: (trap: Trap) => Commands | Promise<Commands>;
  /** The key it is refused for; otherwise the commands run, and the program does not. */
  readonly refused?: string;
  /** Variables the daemon itself was started with. */
  readonly environment?: (trap: Trap) => Record<string, string>;
}

export type Commands = readonly (readonly string[])[];

/** A test for each: plain git runs the program, the daemon's git does not. */
export function springTraps(cases: Readonly<Record<string, Case>>): void {
  for (const [what, { set, refused: key, environment }] of Object.entries(cases)) {
    test(`${what}: plain git runs it, the daemon's git does not`, async (t) => {
      const place = placeFor(t);
      const canary = join(place.folder, 'canary');
      const plant = (path: string) => {
        mkdirSync(join(path, '..'), { recursive: true });
        writeFileSync(path, `#!/bin/sh\n: >'${canary}'\n`, { mode: 0o755 });
      };
      const evil = join(place.folder, 'evil');
      plant(evil);
      const repository = place.init('repo');
      prepare(repository);
      const trap: Trap = { place, repository, evil, plant, after: (undo) => t.after(undo) };
      const commands = await set(trap);
      const variables = { ...place.environment, ...environment?.(trap) };
      const git = createGit({ environment: variables, umask: 0o022 });

      const seen: unknown[] = [];
      for (const [first = '', ...rest] of commands) {
        const inside = first === '-C' ? join(repository.path, rest.shift()!) : repository.path;
        const args = first === '-C' ? rest : [first, ...rest];
        await git.run(inside, args, { writes: true, timeoutMs: 5000 }).catch((error: unknown) => seen.push(error));
        assert.equal(existsSync(canary), false, `${args.join(' ')} ran it`);
      }
      const codes = seen.map((error) => (error instanceof RpcError ? error.data.code : error));
      assert.deepEqual(
        codes.filter((code) => code !== 'GIT_FAILED' && code !== 'UNSAFE_REPOSITORY'),
        [],
      );
      assert.equal(codes.includes('UNSAFE_REPOSITORY'), key !== undefined, codes.join());
      for (const error of seen as RpcError[]) {
        if (error.data.code === 'UNSAFE_REPOSITORY') assert.deepEqual(error.data.details, { key });
      }

      rmSync(join(place.folder, 'made'), { recursive: true, force: true });
      rmSync(join(repository.path, '.git/worktrees'), { recursive: true, force: true });
      for (const args of commands) await plainly(repository.path, args, variables);
      assert.equal(existsSync(canary), true, 'nothing was at stake');
    });
  }
}

/** Something to look at: two branches, a file that has changed. */
function prepare(repository: TestRepository): void {
  repository.commit({ 'file.txt': 'one\n', 'a.png': 'one\n' });
  repository.git('branch', 'other');
  repository.commit({ 'file.txt': 'two\n' });
}

function plainly(cwd: string, args: readonly string[], env: Record<string, string>): Promise<void> {
  return new Promise((resolve) => {
    const child = execFile('git', args, { cwd, env, timeout: 5000 }, () => resolve());
    child.stdin?.end();
  });
}
