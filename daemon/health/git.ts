/** Notes when git hangs, for those who ask later. */
import { RpcError } from '#protocol';
import type { Git } from '../git/index.js';
import type { Board } from './board.js';

/** A repository that hangs is not well because another one answers, so it is only time that ends it. */
const RECENT_MS = 10 * 60_000;

export function watchGit(git: Git, board: Board): Git {
  const seen = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof RpcError && error.data.code === 'GIT_TIMEOUT')
        board.note('git', { reason: error.message, lastsMs: RECENT_MS });
      throw error;
    }
  };
  return {
    ...git,
    run: (...asked) => seen(git.run(...asked)),
    ask: (...asked) => seen(git.ask(...asked)),
    ignored: (...asked) => seen(git.ignored(...asked)),
  };
}
