/** What a check is, and what it finds. */
import type { Finding, Level } from '#protocol/diagnosis';
import type { Context } from './context.js';

export interface Check {
  /** As in `--json`; never changes. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  look(context: Context): Finding | Promise<Finding>;
  /** Does what is safe, and says what it did; nothing when nothing was safe to do. */
  fix?(context: Context): string | undefined | Promise<string | undefined>;
}

export const ok = (seen: string): Finding => ({ level: 'ok', seen });
export const note = (seen: string, cure?: string): Finding => ({ level: 'note', seen, ...(cure && { cure }) });
export const warning = (seen: string, cure: string): Finding => ({ level: 'warning', seen, cure });
export const failure = (seen: string, cure: string): Finding => ({ level: 'failure', seen, cure });

const levels: readonly Level[] = ['ok', 'note', 'warning', 'failure'];

export const isWorse = (a: Level, b: Level): boolean => levels.indexOf(a) > levels.indexOf(b);

/** The first of the worst, so that what is to be done first is told first. */
export function worst(findings: readonly Finding[]): Finding | undefined {
  return findings.reduce<Finding | undefined>(
    (found, one) => (!found || isWorse(one.level, found.level) ? one : found),
    undefined,
  );
}

/** The path as a word of a shell command. */
export function word(path: string): string {
  return /^[\w@%+=:,./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** The first few, and how many more there are. */
export function some(names: readonly string[], most = 3): string {
  const rest = names.length - most;
  return rest > 0 ? `${names.slice(0, most).join(', ')} and ${rest} more` : names.join(', ');
}

export const count = (n: number, one: string): string => `${n} ${n === 1 ? one : `${one}s`}`;
