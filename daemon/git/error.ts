/** What git itself said no to. */
import { RpcError } from '#protocol/errors';
import { printable, quote } from './quote.js';

/**
 * git ended with an exit code nobody expected. Whoever knows what that means throws something better instead; as it is it
 * tells the caller what git said.
 */
export class GitError extends RpcError {
  constructor(
    readonly directory: string,
    readonly args: readonly string[],
    /** Null when a signal that was not ours ended it. */
    readonly exitCode: number | null,
    readonly stderr: string,
  ) {
    super(
      'Unavailable',
      `git ${args[0]} failed (${exitCode ?? 'killed'}) in ${quote(directory)}: ${reasonIn(stderr)}`,
      {
        code: 'GIT_FAILED',
        details: { exitCode, stderr },
      },
    );
  }
}

/** The line of what git wrote to stderr that says why. */
export function reasonIn(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return printable(lines.find((line) => /^(fatal|error):/.test(line)) ?? lines.at(-1) ?? 'it did not say why.');
}

/** A repository in which git must not be run. */
export function unsafe(directory: string, key: string): RpcError {
  const said = `The configuration of the repository at ${quote(directory)} would run a program: ${quote(key)}.`;
  const cure = `If that is not wanted: git config --unset-all ${quote(key)}`;
  return new RpcError('InvalidParams', `${said} Nothing was run. ${cure}`, {
    code: 'UNSAFE_REPOSITORY',
    details: { key },
  });
}

export function cancelled([command]: readonly string[]): RpcError {
  return new RpcError('Cancelled', `git ${command} was cancelled.`);
}
