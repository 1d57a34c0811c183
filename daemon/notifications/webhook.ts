/** The webhook: each notification is posted until it arrives or is given up, at least once, also over a restart. */
import type { Board } from '../health/board.js';
import type { Log } from '../rpc/serve.js';
import type { Kept } from './notice.js';
import { createSend, type SendDeps } from './send.js';
import type { NoticeStore } from './store.js';

export interface Webhook {
  /** Goes on with what was not posted when the daemon ended. */
  start(): void;
  /** Returns at once. Again, when it is news again. */
  post(id: string): void;
  /** Once, and tells what came of it. */
  test(kept: Kept, signal: AbortSignal): Promise<{ success: boolean; message: string }>;
  /** What is on its way is given up; the next start goes on with it. */
  close(): void;
}

export interface WebhookDeps extends Omit<SendDeps, 'timeoutMs'> {
  readonly store: Pick<NoticeStore, 'find' | 'posted' | 'toPost'>;
  readonly log: Log;
  readonly board: Pick<Board, 'note' | 'clear'>;
  readonly steady: (what: string, round: () => unknown) => Promise<boolean>;
  readonly limits?: Partial<Limits>;
}

interface Limits {
  readonly queue: number;
  readonly tries: number;
  readonly timeoutMs: number;
  /** Before the second try; four times as long before each one after it, and a part of that by chance. */
  readonly backoffMs: number;
}

const LIMITS: Limits = { queue: 100, tries: 5, timeoutMs: 10_000, backoffMs: 1000 };
/** It has no end that could be seen, if there is nothing more to tell. */
const NOTED_MS = 3_600_000;

interface Job {
  readonly id: string;
  tries: number;
  /** In milliseconds that never go back. */
  dueAt: number;
}

export function createWebhook(deps: WebhookDeps): Webhook {
  const { store, board, steady } = deps;
  const limits = { ...LIMITS, ...deps.limits };
  const send = createSend({ ...deps, timeoutMs: limits.timeoutMs });
  const ending = new AbortController();
  /** In the order they came. */
  const jobs = new Map<string, Job>();
  let running = false;
  let timer: NodeJS.Timeout | undefined;

  function add(id: string): void {
    jobs.delete(id);
    jobs.set(id, { id, tries: 0, dueAt: performance.now() });
    for (const oldest of jobs.keys()) {
      if (jobs.size <= limits.queue) break;
      giveUp(oldest, `${limits.queue} others wait`);
    }
  }

  function pump(): void {
    clearTimeout(timer);
    if (running || ending.signal.aborted || jobs.size === 0) return;
    const next = [...jobs.values()].reduce((one, other) => (other.dueAt < one.dueAt ? other : one));
    const ms = next.dueAt - performance.now();
    if (ms > 0) {
      timer = setTimeout(pump, ms).unref();
      return;
    }
    running = true;
    void steady('the webhook', () => run(next)).then((well) => {
      running = false;
      // Of what could not be written down nothing is known: it is posted again, which its receiver knows by its id.
      if (!well) next.dueAt = performance.now() + waitOf(limits, 1);
      pump();
    });
  }

  async function run(job: Job): Promise<void> {
    const kept = store.find(job.id);
    const outcome = kept && deps.url() !== '' ? await send(kept, ending.signal) : undefined;
    if (ending.signal.aborted) return;
    job.tries++;
    if (outcome && !outcome.ok && outcome.again && job.tries < limits.tries) {
      job.dueAt = performance.now() + waitOf(limits, job.tries);
      return;
    }
    // It was news again meanwhile.
    if (jobs.get(job.id) === job) jobs.delete(job.id);
    if (kept) store.posted(job.id, kept.told);
    if (outcome?.ok) board.clear('webhook');
    else if (outcome) lose(deps, job.id, outcome.reason);
  }

  function giveUp(id: string, reason: string): void {
    jobs.delete(id);
    const kept = store.find(id);
    if (kept) store.posted(id, kept.told);
    lose(deps, id, reason);
  }

  return {
    start() {
      for (const id of store.toPost()) add(id);
      pump();
    },
    post(id) {
      if (ending.signal.aborted) return;
      void steady('the webhook', () => add(id)).then(pump);
    },
    async test(kept, signal) {
      if (deps.url() === '') return { success: false, message: 'None: `notifications.webhook_url` is empty.' };
      const outcome = await send(kept, AbortSignal.any([signal, ending.signal]));
      return outcome.ok
        ? { success: true, message: `Answered with ${outcome.status}.` }
        : { success: false, message: outcome.reason };
    },
    close() {
      ending.abort();
      clearTimeout(timer);
    },
  };
}

function lose({ log, board }: WebhookDeps, id: string, reason: string): void {
  log({ level: 'warn', message: 'a notification could not be posted', notification: id, reason });
  const cure = 'See `rdv notification test`, and `notifications.webhook_url` in the configuration.';
  board.note('webhook', { reason: `A notification was not posted: ${reason} ${cure}`, lastsMs: NOTED_MS });
}

function waitOf({ backoffMs }: Limits, tries: number): number {
  return backoffMs * 4 ** (tries - 1) * (0.5 + Math.random() / 2);
}
