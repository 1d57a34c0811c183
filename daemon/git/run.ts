/** One run of git: settings that always hold, the umask, the time, and what its end means. */
import { statSync } from 'node:fs';
import { RpcError } from '#protocol/errors';
import { ALWAYS, gitEnvironment, withoutPrograms } from './environment.js';
import { cancelled, GitError } from './error.js';
import type { GitOptions, GitSettings } from './index.js';
import { OUTPUT_BYTES, type Outcome, runGroup } from './process.js';
import { quote } from './quote.js';
import { gitMissing } from './version.js';

const READ_MS = 10_000;
const WRITE_MS = 120_000;

export interface Once {
  readonly overrides: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly take?: ((piece: Buffer) => void) | undefined;
  readonly ok?: readonly number[];
  readonly input?: string | undefined;
  readonly umask?: number | undefined;
}

/** Several runs that share their time. */
export function createRun({ environment }: GitSettings, { writes = false, signal, ...options }: GitOptions) {
  const { timeoutMs = writes ? WRITE_MS : READ_MS } = options;
  const end = performance.now() + timeoutMs;
  return async (directory: string, args: readonly string[], once: Once): Promise<Outcome> => {
    if (signal?.aborted) throw cancelled(args);
    const overrides = [...ALWAYS, ...once.overrides].flatMap((override) => ['-c', override]);
    const outcome = await spawned(directory, {
      ...asUser([...overrides, '--no-pager', ...withoutPrograms(args)], once.umask),
      environment: { ...gitEnvironment(environment, writes), ...options.environment, ...once.environment },
      timeoutMs: Math.max(end - performance.now(), 1),
      ...{ directory, signal, input: once.input, take: once.take },
    });
    return answered(outcome, { directory, args, timeoutMs, ok: once.ok ?? [0] });
  };
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
    // spawn does not say which of the two is not there; git was, when its version was asked.
    if (code === 'ENOENT' && statSync(directory, { throwIfNoEntry: false })?.isDirectory()) throw gitMissing();
    throw new RpcError('InvalidParams', `There is no directory ${quote(directory)} this user may enter.`, {
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

/** The outcome, when it is an answer. */
function answered(outcome: Outcome, { directory, args, timeoutMs, ok }: Asked): Outcome {
  const { ended, exitCode, stderr } = outcome;
  const what = `git ${args[0]} in ${quote(directory)}`;
  if (ended === 'cancelled') throw cancelled(args);
  if (ended === 'timeout') {
    const said = `${what} did not end within ${timeoutMs} ms and was ended.`;
    throw new RpcError('Timeout', `${said} Try it there by hand.`, { code: 'GIT_TIMEOUT', details: { stderr } });
  }
  if (ended === 'output') throw new RpcError('TooLarge', `${what} printed more than ${OUTPUT_BYTES} bytes.`);
  if (exitCode === null || !ok.includes(exitCode)) throw new GitError(directory, args, exitCode, stderr);
  return outcome;
}
