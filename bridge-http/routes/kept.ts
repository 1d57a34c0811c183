/** Answers the daemon may say are still good: it is asked each time, and told which one is here. Bounded. */
import type { Method } from '#protocol';
import { Rendered } from '../http/reply.js';

export interface Answer {
  readonly revision: string;
  readonly body: Rendered;
}

export interface Kept {
  find(question: string): Answer | undefined;
  keep(question: string, revision: string, body: unknown): Rendered;
}

/** Answers kept; beyond, the one that was asked for longest ago goes. */
const ANSWERS = 64;
/** A longer answer is not kept. */
const BYTES = 512 * 1024;

export function createKept(): Kept {
  const answers = new Map<string, Answer>();
  return {
    find(question) {
      const found = answers.get(question);
      if (found) {
        answers.delete(question);
        answers.set(question, found);
      }
      return found;
    },
    keep(question, revision, body) {
      const rendered = new Rendered(body);
      answers.delete(question);
      if (rendered.bytes.length > BYTES) return rendered;
      answers.set(question, { revision, body: rendered });
      if (answers.size > ANSWERS) answers.delete(answers.keys().next().value!);
      return rendered;
    },
  };
}

/** Whether a method takes the revision a caller has, and says that nothing changed. */
export function tellsUnchanged({ params, result }: Method): boolean {
  return 'revision' in params.shape && 'revision' in result.shape && 'unchanged' in result.shape;
}
