/** What git itself said no to. */
import { RpcError } from '#protocol/errors';
import { quote } from './quote.js';

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
    const said = stderr.split('\n').find((line) => /^(fatal|error):/.test(line)) ?? stderr.split('\n')[0] ?? '';
    super('Unavailable', `git ${args[0]} failed (${exitCode ?? 'killed'}) in ${quote(directory)}: ${said}`, {
      code: 'GIT_FAILED',
      details: { exitCode, stderr },
    });
  }
}
