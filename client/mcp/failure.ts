/** How a failure is told to a model: what went wrong, and what to do next. Pure. */
import { type MethodName, methods } from '#protocol';
import type { ErrorKind, RpcError } from '#protocol/errors';
import { tameLines } from '../clean.js';
import { cureOf } from '../failure.js';
import { cut } from './fitting.js';

/** Of what went wrong: what was given may stand in it, however long. */
const CAUSE_CHARACTERS = 1000;

/** `served` tells which tools there are. */
export function toldOf(error: RpcError, served: (tool: string) => boolean): string {
  const next = nextStep(error, served);
  const cause = cut(inTools(error.message, served), CAUSE_CHARACTERS);
  return tameLines(next === '' || cause.endsWith(next) ? cause : `${cause} ${next}`);
}

function nextStep(error: RpcError, served: (tool: string) => boolean): string {
  const { kind, message, data } = error;
  const cure = cureOf(error);
  if (cure !== undefined) return cure;
  if (data.code === 'CONNECTION_LOST') return 'It may have been done or not: look before you call again.';
  if (kind === 'NotFound') {
    const list = `${/^No ([a-z]+)/.exec(message)?.[1] ?? 'session'}_list`;
    return served(list) ? `Call ${list}.` : '';
  }
  if ((kind === 'Gone' || data.code === 'INVALID_STATE_TRANSITION') && / is closed\b/.test(message)) return ANOTHER;
  if (data.retryAfterMs !== undefined) return `Call again in ${Math.ceil(data.retryAfterMs / 1000)} s.`;
  return steps[kind] ?? '';
}

const ANOTHER = 'session_create starts another.';

const steps: Partial<Record<ErrorKind, string>> = {
  MethodNotFound: 'The daemon is older than this server: have it restarted with `rdv daemon restart`.',
  Unauthorized: 'The person has to look: `rdv doctor`.',
  Forbidden: 'The token of this server may not do that; ask the person.',
  Gone: `session_close removes it, ${ANOTHER}`,
  Overloaded: 'Call again in some seconds.',
  RateLimited: 'Call again in a minute.',
  Unavailable: 'The person has to look: `rdv daemon status`.',
};

/** The daemon names its methods; whoever reads this knows tools. */
function inTools(text: string, served: (tool: string) => boolean): string {
  return text.replace(/\b[a-z]+\/[a-zA-Z]+\b/g, (name) => {
    const tool = toolName(name as MethodName);
    return name in methods && served(tool) ? tool : name;
  });
}

/** `session/list` is `session_list`. */
export const toolName = (name: MethodName): string => name.replace('/', '_');
