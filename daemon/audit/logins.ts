/** Sees every login, good or bad, on its way into the audit. */
import type { Auditor } from '../rpc/auditor.js';

const logins: ReadonlySet<string> = new Set(['initialize', 'auth/refresh']);

/** The same auditor; the outcome of each login is told, also where it cannot be written. */
export function watchLogins(auditor: Auditor, told: (outcome: string) => void): Auditor {
  return {
    begin: auditor.begin,
    end(act, outcome, begun) {
      if (logins.has(act.method)) told(outcome);
      auditor.end(act, outcome, begun);
    },
  };
}
