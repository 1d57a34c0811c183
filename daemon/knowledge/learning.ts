/** Learns from sessions that end: later, one after another, and for our own database only. */
import type { Folder } from '#protocol';
import { type Lesson, learn, limits } from './learn.js';
import type { KnowledgeStore } from './store.js';

export interface LearningDeps {
  readonly store: Pick<KnowledgeStore, 'addAll'>;
  readonly folders: { find(id: string): Folder | undefined };
  readonly now: () => number;
  log(line: { level: 'warn' | 'error'; message: string; [key: string]: unknown }): void;
}

export interface Learning {
  /** Returns at once. `text` is the session's scrollback, the newest last; without a folder there is nobody to learn for. */
  sessionEnded(
    session: { readonly id: string; readonly userId: string; readonly folderId: string | null },
    text: string,
  ): void;
  /** Learns what still waits. */
  close(): void;
}

/** Sessions that wait; more end at once only when something is wrong, and then the oldest teach nothing. */
const WAITING = 100;

export function createLearning({ store, folders, now, log }: LearningDeps): Learning {
  const waiting: { session: Parameters<Learning['sessionEnded']>[0]; text: string }[] = [];
  let timer: NodeJS.Immediate | undefined;
  let closed = false;

  function next(): void {
    timer = undefined;
    const ended = waiting.shift();
    if (!ended) return;
    // Others get their turn between two.
    if (waiting.length > 0) timer = setImmediate(next);
    const { session, text } = ended;
    const folder = folders.find(session.folderId ?? '');
    if (folder?.userId !== session.userId) return;
    try {
      const lessons: readonly Lesson[] = learn(text);
      if (lessons.length > 0) store.addAll(folder.id, lessons, { now: now(), keepWords: true });
    } catch (error) {
      // A session that ends must not be held up by what it might have taught.
      log({
        level: 'error',
        message: 'Nothing was learnt of a session.',
        session: session.id,
        stack: (error as Error).stack,
      });
    }
  }

  return {
    sessionEnded(session, text) {
      if (closed || session.folderId === null) return;
      // A part of a text keeps the whole alive, which may be long; a copy does not.
      const end = Buffer.from(text.slice(-limits.characters)).toString();
      waiting.push({ session, text: end });
      if (waiting.length > WAITING) {
        log({
          level: 'warn',
          message: 'Too many sessions ended at once to learn from all.',
          session: waiting.shift()!.session.id,
        });
      }
      timer ??= setImmediate(next);
    },
    close() {
      closed = true;
      clearImmediate(timer);
      while (waiting.length > 0) next();
      clearImmediate(timer);
    },
  };
}
