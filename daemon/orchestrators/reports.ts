/** What orchestrators say again at their own interval, as long as something is wrong; nothing is looked at for it. */
import type { Stall } from '#protocol';
import type { Noticing } from './noticing.js';
import { isWatching, type Kept } from './orchestrator.js';

export interface Reports {
  /** Its rounds begin, go on at another interval, or end. */
  set(kept: Kept, isTroubled: boolean): void;
  forget(orchestratorId: string): void;
  close(): void;
}

interface Running {
  readonly seconds: number;
  readonly timer: NodeJS.Timeout;
  /** The episodes that were told of last. */
  told: string;
}

export interface ReportDeps {
  readonly noticing: Pick<Noticing, 'troubles' | 'notice' | 'remedy'>;
  /** Hears only of what is new since it heard of something last. */
  readonly inform: (kept: Kept, trouble: readonly Stall[]) => void;
  /** Runs a round that may fail. */
  readonly steadily: (round: () => void) => void;
}

/** Each round brings the insights up to date, and does what could not be done before, such as while somebody typed. */
export function createReports({ noticing, inform, steadily }: ReportDeps): Reports {
  const running = new Map<string, Running & { kept: Kept }>();
  const end = (id: string) => {
    clearInterval(running.get(id)?.timer);
    running.delete(id);
  };
  const report = (id: string) => {
    const one = running.get(id)!;
    const trouble = noticing.troubles(one.kept);
    for (const stall of trouble) {
      noticing.notice(stall);
      noticing.remedy(stall);
    }
    const told = trouble.map((stall) => stall.id).join(' ');
    if (told === one.told) return;
    one.told = told;
    inform(one.kept, trouble);
  };

  return {
    set(kept, isTroubled) {
      const { id, monitoringInterval: seconds } = kept;
      const before = running.get(id);
      if (before) before.kept = kept;
      if (!isTroubled || !isWatching(kept)) return end(id);
      if (before?.seconds === seconds) return;
      end(id);
      const timer = setInterval(() => steadily(() => report(id)), seconds * 1000).unref();
      running.set(id, { kept, seconds, timer, told: before?.told ?? '' });
    },
    forget: end,
    close() {
      for (const id of [...running.keys()]) end(id);
    },
  };
}
