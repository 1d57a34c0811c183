/** What HTTP calls a failure: its status, and its code in the words of the routes. */
import { type ErrorKind, errors } from './errors.js';

/** Where a route's answer is another than that of the kind of error. */
const statusByCode: Readonly<Record<string, number>> = {
  INVALID_STATE_TRANSITION: 400,
  SESSION_CLOSED: 400,
  INVALID_COMMAND: 400,
  COMMAND_INJECTION_FAILED: 400,
  TMUX_CREATE_FAILED: 400,
  PATH_EXISTS: 400,
  BRANCH_IN_USE: 400,
  MASTER_ORCHESTRATOR_ALREADY_EXISTS: 400,
  SUB_ORCHESTRATOR_ALREADY_EXISTS: 400,
  ORCHESTRATOR_PAUSED: 400,
  SESSION_NOT_IN_SCOPE: 400,
  NO_PROJECT_PATH: 400,
  BOOTSTRAP_FAILED: 400,
};

/** Codes that go by another name there: why a token is good no more is told to those who ask with it in the message. */
const codeByCode: Readonly<Record<string, string>> = { TOKEN_REVOKED: 'INVALID_TOKEN' };

/** Codes that are not simply the kind in capitals. */
const codes: Readonly<Partial<Record<ErrorKind, string>>> = {
  Unavailable: 'RDV_UNAVAILABLE',
  Timeout: 'RDV_TIMEOUT',
};

export function statusOf(kind: ErrorKind, code?: string): number {
  return statusByCode[code ?? ''] ?? errors[kind].http;
}

/** What a client finds out for itself, and the daemon about to go: however it shows, the daemon is away. */
const away = /^(E[A-Z]+|CONNECTION_LOST|NOT_CONNECTED|RESTARTING|STOPPING)$/;

/** The finer code where there is one; of `NotFound`, say, `NOT_FOUND`. */
export function codeOf(kind: ErrorKind, code?: string): string {
  if (code !== undefined && code !== kind && !(kind === 'Unavailable' && away.test(code)))
    return codeByCode[code] ?? code;
  return codes[kind] ?? kind.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
}
