/** Runs git. Nothing else does, and no repository gets to run a program of its own by it. */
import { isAbsolute } from 'node:path';
import { RpcError } from '#protocol/errors';
import { gitEnvironment } from './environment.js';
import { unsafe } from './error.js';
import { quote } from './quote.js';
import { createRun } from './run.js';
import { scan } from './scan.js';
import { endStrays } from './strays.js';
import { type GitVersion, probeGit } from './version.js';

export interface GitOptions {
  /** Ends git, with everything it started. */
  readonly signal?: AbortSignal | undefined;
  /** For all of it; 10 s for reads, 120 s for writes when absent. */
  readonly timeoutMs?: number;
  readonly input?: string;
  /** Exit codes that are answers; only 0 when absent. */
  readonly ok?: readonly number[];
  /** Takes git's optional locks, and makes files with the umask of whoever started the daemon. */
  readonly writes?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  /** Stdout as one character a byte, for contents that need not be text. */
  readonly bytes?: boolean;
  /** Letters, digits and hyphens, by which `endStrays` finds it and all it started after the daemon was killed. */
  readonly mark?: string | undefined;
}

export interface Git {
  /**
   * Runs git in a directory, which must be absolute. Resolves with stdout. `args` begin with the command; whatever of it came
   * from outside stands behind `--` or `--end-of-options`, or was checked. Throws GitError for another exit code; RpcError
   * Timeout, Cancelled, TooLarge, Unavailable (git missing or older than 2.30), InvalidParams (`INVALID_PATH`: no such
   * directory; `UNSAFE_REPOSITORY`: its configuration would run a program, and nothing but a change of it prevents that).
   */
  run(directory: string, args: readonly string[], options?: GitOptions): Promise<string>;
  /** The same, for stdout and exit code. */
  ask(directory: string, args: readonly string[], options?: GitOptions): Promise<{ stdout: string; exitCode: number }>;
  /** Keys of the repository's own configuration that are not followed, since they run programs. */
  ignored(directory: string, args: readonly string[], options?: GitOptions): Promise<readonly string[]>;
  /** Ends what was started with a mark, by this daemon or one before, and waits for its end. */
  endStrays(mark: string): Promise<void>;
  /** Throws Unavailable as `run` does. */
  version(): Promise<GitVersion>;
}

export interface GitSettings {
  /** Of the daemon, clean of secrets; what could steer git is taken out here. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of whoever started the daemon: files are made as they would be by hand. */
  readonly umask: number;
}

export function createGit(settings: GitSettings): Git {
  let known: Promise<GitVersion> | undefined;
  const version = () => {
    known ??= probeGit(gitEnvironment(settings.environment, false)).catch((error: unknown) => {
      // It may be installed by the next time.
      known = undefined;
      throw error;
    });
    return known;
  };

  /** Looked through, and ready to be run. */
  const prepare = async (directory: string, args: readonly string[], options: GitOptions = {}) => {
    check(directory, args);
    await version();
    const run = createRun(settings, options);
    const bare = async (...[where, asked, { overrides = [], take } = {}]: Parameters<Parameters<typeof scan>[0]>) =>
      (await run(where, asked, { overrides, take })).stdout.toString();
    const verdict = await scan(bare, directory, args);
    if (verdict.refused !== undefined) throw unsafe(directory, verdict.refused);
    return { verdict, run };
  };

  const ask: Git['ask'] = async (directory, args, options = {}) => {
    const { verdict, run } = await prepare(directory, args, options);
    const { ok = [0], writes = false, input, bytes, mark } = options;
    const overrides = mark === undefined ? verdict.overrides : [...verdict.overrides, `rdv.mark=${mark}`];
    const umask = writes ? settings.umask : undefined;
    const outcome = await run(directory, args, { ...verdict, overrides, ok, input, umask });
    return { stdout: outcome.stdout.toString(bytes ? 'latin1' : 'utf8'), exitCode: outcome.exitCode! };
  };

  return {
    ...{ version, ask, endStrays },
    run: async (...asked) => (await ask(...asked)).stdout,
    ignored: async (...asked) => (await prepare(...asked)).verdict.ignored,
  };
}

function check(directory: string, args: readonly string[]): void {
  if (!isAbsolute(directory)) throw new Error(`git needs an absolute directory, got ${quote(directory)}`);
  if (!/^[a-z][a-z-]+$/.test(args[0] ?? '')) throw new Error(`git needs a command, got ${quote(args[0])}`);
  if ([directory, ...args].some((arg) => arg.includes('\0'))) {
    throw new RpcError('InvalidParams', `A name for git ${args[0]} holds a NUL, which no name can.`);
  }
}

export { GitError, reasonIn } from './error.js';
export { quote } from './quote.js';
export {
  describeRepository,
  getDefaultBranch,
  getRemote,
  getRemoteUrl,
  listRemotes,
  type RepositoryFacts,
} from './remote.js';
export { getRepository, type Repository } from './repository.js';
export { type GitVersion, isAtLeast } from './version.js';
