/** Runs the checks, and what they can put right. */
import { accessSync, constants } from 'node:fs';
import type { Checked, Diagnosis, Finding } from '#protocol/diagnosis';
import { RpcError } from '#protocol/errors';
import type { Check } from './check.js';
import type { Context } from './context.js';

/** Nothing a check waits for takes longer than this. */
const LOOK_MS = 8000;

/** With `fix` everything is looked at a second time after what was safe was done. */
export async function examine(
  context: Context,
  checks: readonly Check[],
  { fix }: { fix: boolean },
): Promise<Diagnosis> {
  const first = await lookAtAll(context, checks);
  if (!fix) return report(context, first, []);
  const fixes: Diagnosis['fixes'][number][] = [];
  for (const check of checks) {
    const found = first.find(({ name }) => name === check.name);
    if (!found || found.level === 'ok' || !check.fix) continue;
    const done = await Promise.resolve(context)
      .then(check.fix)
      .catch((error: Error) => `It could not be put right: ${error.message}`);
    if (done) fixes.push({ name: check.name, done });
  }
  const again = context.afresh();
  return report(again, fixes.length > 0 ? await lookAtAll(again, checks) : first, fixes);
}

async function report(context: Context, looked: readonly Checked[], fixes: Diagnosis['fixes']): Promise<Diagnosis> {
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

/** Without those that had nothing to look at, which another one tells. */
async function lookAtAll(context: Context, checks: readonly Check[]): Promise<Checked[]> {
  const looked = await Promise.all(
    checks.map(async (check) => {
      const finding = await look(context, check);
      return finding && { name: check.name, title: check.title, ...finding };
    }),
  );
  return looked.filter((finding) => finding !== undefined);
}

/** A check that fails is a finding too. */
async function look(context: Context, check: Check): Promise<Finding | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${LOOK_MS} ms`)), LOOK_MS);
  });
  try {
    return await Promise.race([Promise.resolve(context).then(check.look), late]);
  } catch (error) {
    if (isToldElsewhere(error, context)) return undefined;
    const seen = `This could not be looked at: ${(error as Error).message}`;
    return { level: 'warning', seen, cure: 'rdv doctor --verbose' };
  } finally {
    clearTimeout(timer);
  }
}

/** By the check of the database, or by that of the data folder that is a file or somebody else's. */
function isToldElsewhere(error: unknown, { paths }: Context): boolean {
  if (error instanceof RpcError) return error.data.code === 'TOLD_ELSEWHERE';
  const { path = '' } = error as NodeJS.ErrnoException;
  return path.startsWith(`${paths.home}/`) && !canEnter(paths.home);
}

function canEnter(folder: string): boolean {
  try {
    accessSync(`${folder}/.`, constants.R_OK | constants.X_OK);
    return true;
  } catch (error) {
    if (!['ENOTDIR', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return false;
  }
}
