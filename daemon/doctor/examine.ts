/** Runs the checks, and what they can put right. */
import type { Check, Finding } from './check.js';
import type { Context } from './context.js';

/** A check with what it found. */
export interface Looked extends Finding {
  readonly name: string;
  readonly title: string;
}

export interface Report {
  /** Whether there is nothing worse than a note. */
  readonly healthy: boolean;
  /** The data folder. */
  readonly home: string;
  /** Whether a daemon does; null when nobody can tell. */
  readonly running: boolean | null;
  /** Of the daemon that runs, where the system tells. */
  readonly pid: number | null;
  readonly checks: readonly Looked[];
  /** What was put right, before `checks` were made. */
  readonly fixes: readonly { readonly name: string; readonly done: string }[];
}

/** Nothing a check waits for takes longer than this. */
const LOOK_MS = 8000;

/** With `fix` everything is looked at a second time after what was safe was done. */
export async function examine(context: Context, checks: readonly Check[], { fix }: { fix: boolean }): Promise<Report> {
  const first = await lookAtAll(context, checks);
  if (!fix) return report(context, first, []);
  const fixes: Report['fixes'][number][] = [];
  for (const [at, check] of checks.entries()) {
    if (first[at]!.level === 'ok' || !check.fix) continue;
    const done = await Promise.resolve(context)
      .then(check.fix)
      .catch((error: Error) => `It could not be put right: ${error.message}`);
    if (done) fixes.push({ name: check.name, done });
  }
  const again = context.afresh();
  return report(again, fixes.length > 0 ? await lookAtAll(again, checks) : first, fixes);
}

async function report(context: Context, looked: readonly Looked[], fixes: Report['fixes']): Promise<Report> {
  const lock = await context.lock();
  return {
    healthy: looked.every(({ level }) => level === 'ok' || level === 'note'),
    home: context.paths.home,
    running: lock.held ?? null,
    pid: lock.held ? (lock.pid ?? null) : null,
    checks: looked,
    fixes,
  };
}

function lookAtAll(context: Context, checks: readonly Check[]): Promise<Looked[]> {
  return Promise.all(
    checks.map(async (check) => ({ name: check.name, title: check.title, ...(await look(context, check)) })),
  );
}

/** A check that fails is a finding too. */
async function look(context: Context, check: Check): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${LOOK_MS} ms`)), LOOK_MS);
  });
  try {
    return await Promise.race([Promise.resolve(context).then(check.look), late]);
  } catch (error) {
    const seen = `This could not be looked at: ${(error as Error).message}`;
    return { level: 'warning', seen, cure: 'rdv doctor --verbose' };
  } finally {
    clearTimeout(timer);
  }
}
