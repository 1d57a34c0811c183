/** Why a worktree is not made, each with its cure. */
import { RpcError } from '#protocol';
import { quote, reasonIn } from '../git/index.js';

export function notAWorktree(path: string): RpcError {
  return new RpcError(
    'InvalidParams',
    `${quote(path)} has no files of a branch: it is a bare repository, or inside \`.git\`.`,
    {
      code: 'NOT_GIT_REPO',
    },
  );
}

export function notCloned(repositoryId: string): RpcError {
  const said = `No folder of yours says where repository ${quote(repositoryId)} is.`;
  return new RpcError('InvalidParams', `${said} Clone it and set \`localRepoPath\`, or name it by \`projectPath\`.`, {
    code: 'NOT_CLONED',
  });
}

export function noRepository(): RpcError {
  return new RpcError(
    'InvalidParams',
    'Expected `projectPath`, `repoPath` or `repositoryId`, to know which repository.',
  );
}

export function invalidBranch(branch: string, why: string): RpcError {
  return new RpcError('InvalidParams', `${quote(branch)} cannot be a branch: ${why}`, { code: 'INVALID_BRANCH' });
}

export function branchNotFound(branch: string, cure: string): RpcError {
  return new RpcError('InvalidParams', `There is no ${quote(branch)} in this repository. ${cure}`, {
    code: 'BRANCH_NOT_FOUND',
  });
}

export function branchExists(branch: string, where: string): RpcError {
  const cure = 'Leave out `createNewBranch` to check it out, or choose another name.';
  return new RpcError('Conflict', `Branch ${quote(branch)} exists ${where}. ${cure}`, { code: 'BRANCH_EXISTS' });
}

export function branchInUse(branch: string, path: string, cure: string): RpcError {
  return new RpcError('Conflict', `Branch ${quote(branch)} is checked out at ${quote(path)}. ${cure}`, {
    code: 'BRANCH_IN_USE',
    details: { path },
  });
}

export function pathExists(path: string, what: string, cure: string): RpcError {
  return new RpcError('Conflict', `${quote(path)} ${what}. ${cure}`, { code: 'PATH_EXISTS', details: { path } });
}

export function invalidPath(path: string, why: string): RpcError {
  return new RpcError('InvalidParams', `A worktree cannot be at ${quote(path)}: ${why}`, { code: 'INVALID_PATH' });
}

export function emptyRepository(path: string): RpcError {
  const said = `The repository at ${quote(path)} has no commit yet, so a branch has nothing to start from.`;
  return new RpcError('InvalidParams', `${said} Commit something first: git commit --allow-empty -m start`, {
    code: 'EMPTY_REPOSITORY',
  });
}

export function createFailed(path: string, stderr: string): RpcError {
  return new RpcError('InvalidParams', `git could not make the worktree ${quote(path)}: ${reasonIn(stderr)}`, {
    code: 'CREATE_FAILED',
    details: { stderr },
  });
}
