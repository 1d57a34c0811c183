/** Runs git. Nothing else does, and no repository gets to run a program of its own by it. */
import { statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { RpcError } from '#protocol/errors';
import { ALWAYS, gitEnvironment } from './environment.js';
import { GitError } from './error.js';
import { OUTPUT_BYTES, type Outcome, runGroup } from './process.js';
import { type GitVersion, probeGit } from './version.js';

export interface GitOptions {
  /** Ends git, with everything it started. */
  readonly signal?: AbortSignal | undefined;
  /** 10 s for reads, 120 s for writes when absent. */
  readonly timeoutMs?: number;
  readonly input?: string;
  /** Exit codes that are answers; only 0 when absent. */
  readonly ok?: readonly number[];
  /** Takes git's optional locks, and makes files with the umask of whoever started the daemon. */
  readonly writes?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  /** Stdout as one character a byte, for contents that need not be text. */
  readonly bytes?: boolean;
}

export interface Git {
  /**
   * Runs git in a directory, which must be absolute. Resolves with stdout. `args` begin with the command; whatever of it came
   * from outside stands behind `--` or `--end-of-options`, or was checked. Throws GitError for another exit code; RpcError
   * Timeout, Cancelled, TooLarge, Unavailable (git missing or older than 2.30), InvalidParams (no such directory).
   */
  run(directory: string, args: readonly string[], options?: GitOptions): Promise<string>;
  /** The same, for stdout and exit code. */
  ask(directory: string, args: readonly string[], options?: GitOptions): Promise<{ stdout: string; exitCode: number }>;
  /** Throws Unavailable as `run` does. */
  version(): Promise<GitVersion>;
}

export interface GitSettings {
  /** Of the daemon, clean of secrets; what could steer git is taken out here. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of whoever started the daemon: files are made as they would be by hand. */
  readonly umask: number;
}

const READ_MS = 10_000;
const WRITE_MS = 120_000;

export function createGit({ environment, umask }: GitSettings): Git {
  let known: Promise<GitVersion> | undefined;
  const version = () => {
    known ??= probeGit(gitEnvironment(environment, false)).catch((error: unknown) => {
      // It may be installed by the next time.
      known = undefined;
      throw error;
    });
    return known;
  };

  const ask: Git['ask'] = async (directory, args, options = {}) => {
    check(directory, args);
    if (options.signal?.aborted) throw cancelled(args);
    await version();
    const { writes = false, signal, input, timeoutMs = writes ? WRITE_MS : READ_MS, ok = [0] } = options;
    const outcome = await spawned(directory, {
      ...asUser([...ALWAYS, '--no-pager', ...args], writes ? umask : undefined),
      environment: { ...gitEnvironment(environment, writes), ...options.environment },
      ...{ directory, timeoutMs, signal, input },
    });
    const exitCode = answered(outcome, { directory, args, timeoutMs, ok });
    return { stdout: outcome.stdout.toString(options.bytes ? 'latin1' : 'utf8'), exitCode };
  };

  return { version, ask, run: async (...asked) => (await ask(...asked)).stdout };
}

/** For `/bin/sh -c`. No text of a user is ever part of it. */
const WITH_UMASK = 'umask "$1"; shift; exec git "$@"';

function asUser(args: readonly string[], umask: number | undefined) {
  if (umask === undefined) return { program: 'git', args };
  return { program: '/bin/sh', args: ['-c', WITH_UMASK, 'rdv', umask.toString(8).padStart(4, '0'), ...args] };
}

async function spawned(directory: string, command: Parameters<typeof runGroup>[0]): Promise<Outcome> {
  try {
    return await runGroup(command);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!['ENOENT', 'ENOTDIR', 'EACCES'].includes(code ?? '')) throw error;
    if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() && code === 'ENOENT') throw error;
    throw new RpcError('InvalidParams', `There is no directory ${JSON.stringify(directory)} this user may enter.`, {
      code: 'INVALID_PATH',
    });
  }
}

interface Asked {
  readonly directory: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
  readonly ok: readonly number[];
}

/** The exit code, when it is an answer. */
function answered({ ended, exitCode, stderr }: Outcome, { directory, args, timeoutMs, ok }: Asked): number {
  const what = `git ${args[0]} in ${JSON.stringify(directory)}`;
  if (ended === 'cancelled') throw cancelled(args);
  if (ended === 'timeout') {
    const said = `${what} did not end within ${timeoutMs} ms and was ended.`;
    throw new RpcError('Timeout', `${said} Try it there by hand.`, { code: 'GIT_TIMEOUT', details: { stderr } });
  }
  if (ended === 'output') throw new RpcError('TooLarge', `${what} printed more than ${OUTPUT_BYTES} bytes.`);
  if (exitCode === null || !ok.includes(exitCode)) throw new GitError(directory, args, exitCode, stderr);
  return exitCode;
}

function check(directory: string, args: readonly string[]): void {
  if (!isAbsolute(directory)) throw new Error(`git needs an absolute directory, got ${JSON.stringify(directory)}`);
  if (!/^[a-z][a-z-]+$/.test(args[0] ?? '')) throw new Error(`git needs a command, got ${JSON.stringify(args[0])}`);
  if ([directory, ...args].some((arg) => arg.includes('\0'))) {
    throw new RpcError('InvalidParams', `A name for git ${args[0]} holds a NUL, which no name can.`);
  }
}

function cancelled([command]: readonly string[]): RpcError {
  return new RpcError('Cancelled', `git ${command} was cancelled.`);
}

export { GitError } from './error.js';
export {
  describeRepository,
  getDefaultBranch,
  getRemote,
  getRepository,
  type Repository,
  type RepositoryFacts,
} from './repository.js';
export { type GitVersion, isAtLeast } from './version.js';
